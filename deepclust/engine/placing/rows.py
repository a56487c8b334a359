"""Placements as rows of plain values, for programs and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deepclust.engine.placing.placements import Placements


def rows_of(placed: Placements, names: Mapping[int, str], samples: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each of the m samples.

    names: what each cluster is called; samples: what each sample is called (m,). percentile and verdict are those of the space
    that is asked (None and "cannot tell" where none can tell); percentiles has all spaces.
    """
    judge = placed.judge
    return [
        {
            "sample": samples[row],
            "cluster": int(placed.labels[row]),
            "name": names[int(placed.labels[row])],
            "membership": round(placed.share(row, int(placed.labels[row])), 4),
            "distance": round(float(placed.distances[row]), 6),
            "percentile": None if judge is None else round(float(placed.percentiles[str(judge.space)][row]), 4),
            "verdict": placed.verdict(row),
            "space": None if judge is None else str(judge.space),
            "memberships": {
                str(cluster): round(share, 4)
                for cluster, share in zip(placed.clusters.tolist(), placed.memberships[row].tolist(), strict=True)
            },
            "nearest": {space: rows[row].tolist() for space, rows in placed.nearest.items()},
            "percentiles": {
                str(known.space): {
                    "percentile": round(float(placed.percentiles[str(known.space)][row]), 4),
                    "can_tell": known.can_tell,
                    "auroc_of_chimeras": round(known.tells, 4),
                }
                for known in placed.known
            },
            "says": placed.sentence(row, names),
        }
        for row in range(len(placed))
    ]
