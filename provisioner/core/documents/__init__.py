"""Files to documents: what a blob says, whatever shape its dashboards are kept in.

In: the bytes of one file and how its name says they are to be read. Out: `Reading`, and later a dashboard's own object. Pure: the same
bytes always give the same reading, so it can be kept by blob id. `bare`, `wrappers` and `manifests` know the shapes, `folders` the
`_folder` files.
"""

from __future__ import annotations

from provisioner.core.documents.reading import body, kind_of, read

__all__ = ["body", "kind_of", "read"]
