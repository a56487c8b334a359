"""What SpectralNet costs on many samples beside exact eigenvectors, as it was measured: the second question of its reviewers."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.measured.large import in_words, lines_of, read_measured
from deepclust.figures.eigen import cost_lines
from deepclust.runs import Run
from pages.parts.charts import chart


def cost_section(run: Run) -> None:
    """The measured curve of cost against n; nothing where nothing was measured."""
    measured = read_measured()
    lines = lines_of(measured)
    if not lines:
        return
    st.subheader("Does it pay on many samples?", anchor=False)
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        chart(cost_lines(lines), f"cost-{run.id}", "CPU seconds against the number of samples, a line for each way")
    with right:
        st.caption(
            "Another question of the reviewers: is ARPACK not quick enough? Measured on texts that are made up, with the sparsity and the 2,000 "
            "words of Reuters and up to its 685,071 texts, on one thread. SpectralNet as in the paper, from codes, with a Siamese network and the "
            "neighbours in each batch, but few epochs; ARPACK on 15 neighbours of each text in the space that it learned, the search for them included."
        )
        st.caption(in_words(measured))
        st.caption(
            "The authors report 110 minutes of ARPACK, with 3,000 neighbours of each text, against 20 of SpectralNet: the more "
            "neighbours, the dearer the exact eigenvectors. What only the map can do is to place new samples."
        )
