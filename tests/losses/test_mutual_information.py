"""Mutual information in its Jensen-Shannon form (dual autoencoder, eqs. 9 and 10): values, signs, negative pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.mutual_information import adversarial, js_information, shuffled


def test_same_as_plain_loops_over_places():
    joint, apart = np.random.default_rng(0).normal(size=(2, 6, 3, 2))
    total = 0.0
    for i in range(6):
        for row in range(3):
            for column in range(2):
                total += math.log(1 / (1 + math.exp(-joint[i, row, column]))) / (3 * 2)
                total += math.log(1 - 1 / (1 + math.exp(-apart[i, row, column]))) / (3 * 2)
    value = js_information(torch.from_numpy(joint), torch.from_numpy(apart))
    assert value.item() == pytest.approx(total / 6)


def test_guessing_and_knowing():
    scores = torch.full((4, 1, 1), 30.0)
    assert js_information(0 * scores, 0 * scores).item() == pytest.approx(-2 * math.log(2))
    assert js_information(scores, -scores).item() == pytest.approx(0.0, abs=1e-9)
    assert js_information(-scores, scores).item() == pytest.approx(-60.0)


def test_codes_that_say_something_about_the_sample_score_higher():
    # x = +-1; the best discriminator of (x, z) scores x * z; the code of the second kind is chosen by a coin
    generator = torch.Generator().manual_seed(0)
    x = torch.where(torch.rand(2000, generator=generator) < 0.5, -1.0, 1.0)
    coin = torch.where(torch.rand(2000, generator=generator) < 0.5, -1.0, 1.0)

    def estimate(z: torch.Tensor) -> float:
        return js_information(x * z, x * shuffled(z[:, None])[:, 0]).item()

    assert estimate(x) > estimate(coin) + 0.1


def test_shuffled_codes_are_those_of_others():
    z = torch.arange(5.0)[:, None]
    others = shuffled(z)
    assert sorted(others.ravel().tolist()) == [0, 1, 2, 3, 4]
    assert not (others == z).any()


def test_adversarial_codes_go_uphill_by_a_share_of_their_length():
    z = torch.tensor([[3.0, 4.0], [0.6, 0.8]])
    slope = torch.tensor([0.0, 2.0])
    moved = adversarial(z, lambda codes: codes @ slope, 0.1)
    torch.testing.assert_close(moved, torch.tensor([[3.0, 4.5], [0.6, 0.9]]))
    assert not moved.requires_grad


def test_adversarial_codes_are_harder_to_tell():
    z, weights = torch.randn(50, 4), torch.randn(4)

    def score(codes: torch.Tensor) -> torch.Tensor:
        return (codes.square() @ weights).sin()

    assert score(adversarial(z, score, 0.01)).mean() > score(z).mean()
