"""DeepClust's pages. Start with `make app` or `deepclust app`."""

import streamlit as st

st.set_page_config(page_title="DeepClust", page_icon="assets/logo.svg", layout="wide")
st.logo("assets/wordmark.svg", icon_image="assets/logo.svg", size="large")

st.navigation(
    [
        st.Page("pages/data.py", title="Data", icon=":material/photo_library:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/explore.py", title="Explore", icon=":material/scatter_plot:"),
        st.Page("pages/choose.py", title="Choose", icon=":material/balance:"),
    ],
    position="top",
).run()
