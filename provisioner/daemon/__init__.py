"""The daemon: notices what is new, runs passes, and goes on.

    sources ── hints, hooks, intervals ──▶ keeper ──▶ shelf (last good files) ──▶ worker ──▶ one pass ──▶ board ──▶ status, metrics, log
                                                                  patrol (looks at the servers in turn) ──▶ worker

Each source has a keeper, each target a worker and a patrol, each with a thread of its own: one that hangs delays no other. When something
is due is decided in `core/waking.py`; what a pass does, in `reconcile.py`.
"""
