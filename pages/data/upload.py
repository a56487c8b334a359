"""Upload on the Data page: files, folders and paths of this machine; what has to be chosen is asked, then they are kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.data.intake import FOLDERS_VARIABLE, Incoming, allowed_folders, point_to, receive, shown_name
from deepclust.data.reading.arrays.samples import ArrayLook
from deepclust.data.reading.pictures.collection import LARGEST_SUGGESTED, PictureScan
from deepclust.data.reading.tables.roles import HEAD
from deepclust.engine.intake.reading import read_and_keep
from pages.data import previews
from pages.data.table_form import settled, table_form
from pages.data.upload_forms import arrays_form, pictures_form
from pages.parts.packing import packing
from pages.visit import cached, say, session
from pages.visit.say import plain

EXPLAINED = """
- **Pictures**: a .zip or .tar, a folder, or many files at once. Where they lie in folders, the folder is the class;
  else a table beside them that names the files may tell it.
- **Tables**: .csv, .tsv, .txt, .data, .jsonl (also .gz), .parquet, .feather, .xlsx, .xls, .ods, .arff. You choose the columns.
- **Arrays**: .npz, .npy, HDF5, .mat, .safetensors or .h5ad with the samples as `x` (n, height, width), (n, height, width, 3) or
  (n, features), and if you like labels `y` and `ids`; X.npy with y.npy, or tensors.tsv with metadata.tsv, sent together.
- **Texts**: a .zip or folder of .txt files, or a column of a table. They become tf-idf of 2,000 words.
- **As published**: files of the format of MNIST (idx), LIBSVM files, the archives of CIFAR-10, CIFAR-100 and STL-10.
"""


def upload() -> None:
    """Bring data of one's own; they are kept on this computer, named by their content."""
    state = st.session_state
    incoming: Incoming | None = state.get("incoming")
    if incoming is None:
        _ask()
    if state.get("upload_problem"):
        say.error(state.upload_problem)
    if incoming is not None:
        _choose(incoming)


def _ask() -> None:
    """The uploader, and a path where that is allowed."""
    state = st.session_state
    turn = state.setdefault("upload_turn", 0)  # a new key empties the uploader and frees its memory
    whole = st.toggle("A whole folder", key="upload-folder", help="Send all files of a folder and its sub-folders.")
    # of any type: what is wrong with a file is then said in a sentence, and not by a red icon
    files = st.file_uploader(
        "Your data", accept_multiple_files="directory" if whole else True, key=f"upload-{turn}-{whole}"
    )
    packing(key="pack")
    folders = allowed_folders()
    path = None
    if folders:
        path = st.text_input(
            "Or a path on this machine",
            key=f"upload-path-{turn}",
            placeholder=str(folders[0]),
            help=plain("A file or folder inside " + ", ".join(map(str, folders))),
        )
    with st.expander("What can be read"):
        st.markdown(EXPLAINED)
    how = "give their path" if folders else f"start the app with {FOLDERS_VARIABLE} set to their folder"
    st.caption(
        f"At most {st.get_option('server.maxUploadSize') / 1024:g} GB per file. Larger data are read where they lie: {how}."
    )
    if not files and not path:
        return
    try:
        if files:
            with st.spinner("Writing to disk"):
                state.incoming = receive([(file.name, file) for file in files], cached.store().datasets)
        else:
            state.incoming = point_to(str(path))
        state.upload_problem = None
    except ValueError as error:
        state.upload_problem = str(error)
    state.upload_turn = turn + 1
    st.rerun()


def _choose(incoming: Incoming) -> None:
    """Ask what has to be asked, and keep the data when there is nothing (more) to ask."""
    try:
        with st.spinner("Looking at the data"):
            look = previews.choices_in(incoming, settled(incoming.path.name))
    except ValueError as error:
        _refuse(incoming, str(error))
        return
    if look is None:
        _keep(incoming, incoming.title, {})
        return
    size = look.same_size if isinstance(look, PictureScan) and look.is_clear else None
    if size is not None and max(size) <= LARGEST_SUGGESTED:
        _keep(incoming, incoming.title, {"size": list(size)})
        return
    answer: dict[str, Any] | None
    if isinstance(look, PictureScan):
        st.subheader(f"{len(look.names):,} pictures")
        answer = pictures_form(look)
    elif isinstance(look, ArrayLook):
        n_arrays = f"{len(look.shapes):,} arrays" if len(look.shapes) > 1 else "One array"
        st.subheader(n_arrays if look.shapes else f"{len(look.files):,} files")
        _which_file(look.files, incoming.path.name)
        answer = arrays_form(look)
    else:
        _which_file(look.files, incoming.path.name)
        rows = f"more than {HEAD:,} rows" if look.n_rows is None else f"{look.n_rows:,} rows"
        st.subheader(f"{len(look.columns):,} columns · {rows}")
        answer = table_form(look, incoming.path.name)
    title = st.text_input("Name", incoming.title, max_chars=60, key=f"title-{incoming.path.name}")
    with st.container(horizontal=True):
        if st.button("Use these data", type="primary", disabled=answer is None):
            file = settled(incoming.path.name).get("file")
            _keep(incoming, shown_name(title), {**(answer or {}), **({"file": file} if file else {})}, chosen=True)
        if st.button("Discard"):
            incoming.discard()
            st.session_state.incoming = None
            st.rerun()


def _which_file(files: tuple[str, ...], upload: str) -> None:
    """Which of the files of an archive is read, if there are several."""
    if len(files) > 1:
        st.selectbox("File", sorted(files), index=sorted(files).index(files[0]), key=f"file-{upload}")


def _keep(incoming: Incoming, title: str, choices: dict[str, Any], chosen: bool = False) -> None:
    """Read the data, keep them, and make them the chosen ones, prepared as it suggests itself.

    chosen: someone made these choices, and may try others if they do not work.
    """
    try:
        with st.spinner("Reading the data"):
            ref = read_and_keep(incoming.path, title, choices, cached.store().datasets)
    except ValueError as error:
        if chosen:
            say.error(error)
        else:
            _refuse(incoming, str(error))
        return
    incoming.discard()
    st.session_state.incoming = None
    cached.forget_datasets()  # the same samples may have been open under another name
    session.choose_dataset(ref)
    st.rerun()


def _refuse(incoming: Incoming, problem: str) -> None:
    incoming.discard()
    st.session_state.incoming, st.session_state.upload_problem = None, problem
    st.rerun()
