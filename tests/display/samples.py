"""Texts of which one may be made of the other."""

from __future__ import annotations

from hypothesis import strategies as st

SENTENCES = st.text("甲乙丙丁戊己，。！”\n a1", max_size=12)
TEXTS = st.lists(SENTENCES, max_size=8).map("".join)


@st.composite
def text_pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts, of the same sentences but for some that are gone, new, or elsewhere."""
    sentences = draw(st.lists(SENTENCES, max_size=10))
    others = draw(st.lists(st.sampled_from([*sentences, ""]) | SENTENCES, max_size=10))
    kept = draw(st.integers(0, len(sentences)))
    return "".join(sentences), "".join([*sentences[:kept], *others, *sentences[kept + 1 :]])
