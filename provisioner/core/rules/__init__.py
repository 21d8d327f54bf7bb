"""What a schema cannot say of a dashboard (reference/dashboards.md section 4), one module for each part of it.

In: the parts of a dashboard's own object. Out: findings. No rule raises, whatever the object holds, and none changes anything.
"""
