"""Values as JSON has them, for hypothesis: small ones, with the numbers, texts and keys at which the normal form has to think."""

from hypothesis import strategies as st

from provisioner.core.model import Json

texts = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\ufeff\u2028<>&é\U0001f600")), max_size=12)
floats = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1.0, 0.0001, 0.001, 1e-5, 1e16, 1e21, 2.0**53, 2.0**53 + 2, 5e-324, 1.7976931348623157e308]),
    st.integers(-10, 10).map(float),
)
integers = st.one_of(st.integers(-(2**64), 2**64), st.integers(2**53 - 3, 2**53 + 3), st.integers(-3, 3))
scalars = st.one_of(st.none(), st.booleans(), integers, floats, texts)
keys = st.one_of(texts, st.sampled_from(["id", "uid", "title", "version", "gridPos", "libraryPanel", "panels"]))


def nested(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    library = st.fixed_dictionaries(
        {"libraryPanel": st.fixed_dictionaries({"uid": texts, "name": texts})}, optional={"id": inner, "title": inner}
    )
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4), library)


values: st.SearchStrategy[Json] = st.recursive(scalars, nested, max_leaves=12)
bodies = st.dictionaries(keys, values, max_size=5)
