"""How well rankings without labels foretell the accuracy: Spearman's correlation of every measure with ACC over settings.

    python -m benchmarks.ranking [--runs FOLDER] [--group ID ...] [--write]

For every group of runs in the folder that has results of three settings or more (or those named), the ranking is made as on the page,
and only then compared with the mean accuracy over the seeds of each setting. ``--write`` renews the note on the page with the
largest group. To make a group: `deepclust sweep --dataset usps --method LALNet --preset quick --set
transforms=D4,rotations,half-turn,quarter-turn,scale-8,shear-8,translate-8,permute-8 --seeds 0-2`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from deepclust.engine.judging.ranking import RankBoard, rank_group, settings_of
from deepclust.runs import RunStore
from deepclust.runs.table import table
from deepclust.selection.k.record import RANKING_RECORD
from deepclust.selection.settings.measures import MEASURES
from deepclust.selection.settings.ranking import foretold


def judged(store: RunStore, group_id: str) -> dict[str, Any] | None:
    """The ranking of a group beside the accuracies, printed and as a dict; None where nothing can be said."""
    board = rank_group(store, group_id, _tell)
    ranking, runs = board.ranking, [r for r in store.group(group_id) if r.id in board.runs]
    accuracies = {row.part: row.mean("acc") for row in table(runs)}
    if ranking is None or sum(a is not None for a in accuracies.values()) < 3:
        return None
    print(f"\n{runs[0].config.method} on {runs[0].config.dataset_title}: {ranking.sentence}")
    names = list(ranking.standings[0].values)
    print(f"{'':>2} {'setting':28} {'score':>6} " + " ".join(f"{MEASURES[n].title:>14}" for n in names) + "     ACC")
    for s in ranking.standings:
        cells = " ".join(f"{'-' if v is None else f'{v:.3f}':>14}" for v in s.values.values())
        truth = accuracies.get(s.setting)
        score, acc = ("-" if v is None else f"{v:.3f}" for v in (s.score, truth))
        print(f"{s.place:>2} {s.setting:28} {score:>6} {cells} {acc:>7} {s.problem[:40]}")
    found = foretold(ranking, accuracies)
    print("Spearman with ACC: " + ", ".join(f"{n} {'-' if v is None else f'{v:.2f}'}" for n, v in found.items()))
    config = runs[0].config
    read_by = f" (clusters by {config.params['last_step']})" if "last_step" in config.params else ""
    return {
        "words": f"{config.method} on {config.dataset_title}{read_by}",
        "n_settings": len(ranking.standings),
        "n_runs": len(runs),
        **found,
    }


def _tell(board: RankBoard) -> None:
    if board.doing:
        print(f"  {board.done} of {board.n_steps}: {board.doing}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, help="folder of the runs (default: $DEEPCLUST_RUNS)")
    parser.add_argument("--group", nargs="+", help="ids of groups (default: all that can be judged)")
    parser.add_argument("--write", action="store_true", help="renew the note that the page shows")
    asked = parser.parse_args()
    store = RunStore(asked.runs)
    ids = asked.group or list(dict.fromkeys(r.config.group.id for r in store.runs() if r.config.group is not None))
    found = [judged(store, i) for i in ids if len(settings_of(store.group(i))) > 2]
    known = [f for f in found if f is not None]
    if asked.write and known:
        largest = max(known, key=lambda f: (f["n_settings"], f["n_runs"]))
        RANKING_RECORD.write_text(json.dumps(largest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
