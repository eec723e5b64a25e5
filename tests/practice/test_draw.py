"""The seeded stream: stable everywhere, unbiased, bounded."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter

import pytest

from cnnmath.errors import BankError
from cnnmath.practice.draw import Draw


def stream(key: str, count: int) -> bytes:
    """Return the first bytes of the documented stream: SHA-256(SHA-256(key) || counter), counter from 0."""
    seed = hashlib.sha256(f"cnnmath-draw-1\x1f{key}".encode()).digest()
    blocks = (hashlib.sha256(seed + number.to_bytes(8, "big")).digest() for number in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def test_whole_bytes_come_from_the_documented_stream() -> None:
    """Numbers below 256 are the bytes of SHA-256 in counter mode, across block borders."""
    draw = Draw("bytes")
    assert bytes(draw.integer(0, 255) for _ in range(100)) == stream("bytes", 100)


def test_numbers_too_large_are_drawn_again_not_folded() -> None:
    """A number below 3 takes the two highest bits of a byte and skips the value 3: no modulo bias."""
    expected = [byte >> 6 for byte in stream("three", 60) if byte >> 6 < 3]
    draw = Draw("three")
    assert [draw.integer(0, 2) for _ in expected] == expected


def test_each_value_of_a_range_is_drawn_about_equally_often() -> None:
    """6,000 throws of a die: each face within five standard deviations of 1,000."""
    draw = Draw("die")
    faces = Counter(draw.integer(1, 6) for _ in range(6000))
    assert set(faces) == set(range(1, 7))
    assert all(abs(count - 1000) < 5 * (6000 / 6 * 5 / 6) ** 0.5 for count in faces.values())


def test_every_order_is_reached() -> None:
    """Shuffling three things gives all six orders, none of them hardly ever."""
    orders = Counter(Draw("order", seed).shuffled("abc") for seed in range(1200))
    assert len(orders) == 6
    assert min(orders.values()) > 140


def test_a_sample_holds_nothing_twice() -> None:
    """A sample of all options is a permutation of them, and the options stay as they are."""
    options = ["a", "b", "c", "d"]
    assert sorted(Draw("sample").sample(options, 4)) == options == ["a", "b", "c", "d"]


def test_keys_are_told_apart_by_their_parts() -> None:
    """Different keys, also those that read alike when joined, give different streams."""
    streams = {tuple(Draw(*key).integer(0, 10**9) for _ in range(2)) for key in ((1, 23), (12, 3), ("123",))}
    assert len(streams) == 1 + 1 + 1


def test_until_takes_the_first_good_values() -> None:
    """`until` draws on until the values are good, and forgets the tries that were not."""
    draw, counted = Draw("until"), []
    (value,) = draw.until(lambda: (draw.integer(1, 100),), lambda value: counted.append(value) or value > 90)
    assert value == counted[-1] > 90
    again = Draw("until")
    for _ in counted[:-1]:
        again.integer(1, 100)
    assert again.fingerprint != draw.fingerprint


def test_until_gives_up_with_a_sentence() -> None:
    """A condition that is never met ends after 1,000 tries with an error, not with a hang."""
    draw = Draw("never")
    with pytest.raises(BankError, match="1000 tries without good values"):
        draw.until(lambda: (draw.integer(0, 9),), lambda value: value > 9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda draw: draw.integer(2, 1), "a range that holds a number"),
        (lambda draw: draw.choice([]), "at least one option"),
        (lambda draw: draw.sample([1], 2), "2 of 1 options"),
    ],
)
def test_impossible_draws_say_so(call, words: str) -> None:
    """An empty range, no options and a sample that is too large are errors of the bank."""
    with pytest.raises(BankError, match=words):
        call(Draw("impossible"))


def test_the_stream_does_not_depend_on_hash_seeds() -> None:
    """Processes with different hash seeds draw the same."""
    code = "from cnnmath.practice.draw import Draw; d = Draw(1); print(d.sample(range(99), 9), d.fingerprint)"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1
