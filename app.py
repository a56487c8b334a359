"""DeepClust's pages. Start with `make app` or `deepclust app`."""

import streamlit as st

st.set_page_config(page_title="DeepClust", page_icon="assets/logo.svg", layout="wide")
st.logo("assets/wordmark.svg", icon_image="assets/logo.svg", size="large")

PAGES = {
    "data": "photo_library",
    "lesson": "school",
    "train": "model_training",
    "explore": "scatter_plot",
    "choose": "balance",
    "compare": "table_view",
    "try_it": "draw",
    "league": "leaderboard",
}

st.navigation(
    [
        st.Page(
            f"pages/{name}/page.py",
            title="Runs" if name == "compare" else name.replace("_", " ").capitalize(),
            icon=f":material/{icon}:",
            url_path=name,
            default=name == "data",
        )
        for name, icon in PAGES.items()
    ],
    position="top",
).run()
