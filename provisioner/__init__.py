"""Keeps Grafana servers equal to dashboards kept in git, and never loses anybody's edit.

The interface is the command `provisioner`, its configuration, exit codes, log events and problem codes. Python imports are not an
interface.
"""

__version__ = "0.1.0"
