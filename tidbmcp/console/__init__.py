"""Pages and REST that join several apps. No models."""
