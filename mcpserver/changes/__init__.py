"""Schema changes that were prepared on a branch: kept until they are applied or over, and swept up after."""
