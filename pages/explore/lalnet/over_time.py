"""Figure 3 of LALNet's paper, of a run of its own: maps from the first snapshot to the last, with ACC over the epochs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import film_job, frames
from deepclust.figures.lalnet_views import accuracy_curve
from deepclust.figures.multiples import multiple
from deepclust.metrics.external import acc
from deepclust.projections import PROJECTIONS
from pages.explore.lalnet import snapshots as kept
from pages.explore.lalnet.subject import Subject
from pages.map.choice import projection_control
from pages.map.projections import mapped_ids, request_job, wait_for
from pages.parts.charts import chart
from pages.visit import cached
from pages.visit.say import plain

HEIGHT = 215  # pixels of a map


def over_time(subject: Subject) -> None:
    """Maps of the same samples from the first snapshot to the last, and ACC over the epochs once labels are revealed."""
    run = subject.sight.run
    snapshots = kept.snapshots_of(run)
    if snapshots is None:
        st.info("This run has told nothing while it trained, so there is nothing to show over time.")
        return
    st.caption(
        "The same samples at several moments of training; every t-SNE map starts from the one before it. Look for the "
        "moment when one cloud breaks up into islands: from then on the network tells kinds of samples apart, although it "
        "was only asked how they were turned. " + subject.what_colours_mean("found at the end")
    )
    with subject.bar:
        method = projection_control(
            key="lalnet-film",
            methods=("tsne", "pca"),
            default="tsne",
            help="PCA is there at once; the paper shows t-SNE.",
        )
    numbers, maps, rows = frames(len(snapshots.epochs)), snapshots.points, np.arange(len(snapshots.sample))
    maps = maps[numbers]
    if method == "tsne":
        job = film_job(run)
        if request_job(job).state == "done":
            film = cached.projection(str(job.out))
            maps, rows = film.points, np.searchsorted(snapshots.sample, mapped_ids(film))
        else:
            wait_for(job, f"{PROJECTIONS['tsne'].title} of {len(numbers)} snapshots")
    accuracies = _accuracies(subject, snapshots)
    groups = subject.groups(snapshots.sample[rows])
    for column, number, points in zip(st.columns(len(numbers), gap="small"), numbers, maps, strict=True):
        with column:
            st.markdown(
                f"**Epoch {snapshots.epochs[number]}**" + (f" · ACC {accuracies[number]:.3f}" if accuracies else "")
            )
            st.echarts_chart(
                multiple(points, groups, subject.n_groups, subject.names),
                key=f"lalnet-frame-{run.id}-{number}",
                height=HEIGHT,
                alt=f"Map of the latent space after epoch {snapshots.epochs[number]}",
            )
    if accuracies:
        chart(
            accuracy_curve(snapshots.epochs, accuracies, numbers),
            "lalnet-acc",
            "Accuracy over the epochs",
            page_theme=True,
        )
        st.caption(
            f"ACC at every snapshot of {len(snapshots.sample):,} samples as they are, sorted into k = {run.config.n_clusters} by "
            f"{plain(run.regrouping)}. The clusters at the end may be better: they see all samples, and where “All views” is on, "
            "under every transformation."
        )
    else:
        st.caption("How right the clusters were at each moment is shown once the labels are revealed.")


def _accuracies(subject: Subject, snapshots: kept.Snapshots) -> list[float]:
    """ACC of the clusters of each snapshot; nothing while the labels are hidden."""
    classes = subject.sight.judged
    return [] if classes is None else [acc(classes[snapshots.sample], labels) for labels in snapshots.labels]
