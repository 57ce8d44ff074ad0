"""The seeds as clusters: at the first start they are put beside those that the API makes, and treated like them."""

from datetime import datetime

from mcpserver.sandbox.facts import ClusterFacts, Facts
from mcpserver.sandbox.places import Cluster, SqlUser
from mcpserver.sandbox.regions import REGIONS
from mcpserver.sandbox.seeds import seed_named
from mcpserver.sandbox.specs import filled
from mcpserver.sandbox.store import Store


def plant(store: Store, facts: Facts) -> None:
    """Once for each seed: one that was deleted stays deleted."""
    known = store.seeded()
    for cluster in facts.clusters:
        if cluster.cluster_id not in known:
            store.save(_cluster(cluster, f"apikey-{facts.public_key}"))
    store.note_seeded(known | {cluster.cluster_id for cluster in facts.clusters})


def _cluster(facts: ClusterFacts, created_by: str) -> Cluster:
    seed = seed_named(facts.display_name)
    root = SqlUser(facts.root.user, "role_admin", password=facts.root.password)
    logins = [SqlUser(login.user, role, password=login.password) for role, login in facts.logins.items()]
    return Cluster(
        place_id=facts.cluster_id,
        user_prefix=facts.user_prefix,
        created_by=created_by,
        created=datetime.fromisoformat(seed.create_time).timestamp(),
        updated=datetime.fromisoformat(seed.update_time).timestamp(),
        phase="CREATING",
        ready_at=0.0,
        has_password=True,
        port=facts.port,
        users=[root, *logins],
        spec=filled({"displayName": facts.display_name, "region": REGIONS[0].name}),
        seed=facts.display_name,
    )
