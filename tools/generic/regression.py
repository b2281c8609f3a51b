"""Logistic regression over sparse binary features, by L-BFGS; the same data give the same weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: weights are whole numbers of 1/24 of a natural logarithm of odds, a signed byte each
SCALE = 24
_STEPS, _MEMORY = 150, 12
_SUFFICIENT = 1e-4


class Matrix(NamedTuple):
    """Rows of features that are 1, all others are 0."""

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    """The row of each of ``columns``."""
    shape: tuple[int, int]

    def times(self, weights: Floats) -> Floats:
        """Return the sum of the weights of each row."""
        return np.asarray(np.bincount(self.rows, weights[self.columns], self.shape[0]), np.float64)

    def transposed_times(self, values: Floats) -> Floats:
        """Return the sum of the values of each column."""
        return np.asarray(np.bincount(self.columns, values[self.rows], self.shape[1]), np.float64)

    def only(self, chosen: NDArray[np.bool_]) -> Matrix:
        """Return the matrix with these rows alone."""
        kept = chosen[self.rows]
        numbers = np.cumsum(chosen) - 1
        return Matrix(self.columns[kept], numbers[self.rows[kept]], (int(chosen.sum()), self.shape[1]))


def matrix(rows: Sequence[Sequence[int]], width: int) -> Matrix:
    """Return the matrix with these columns in each row."""
    columns = np.fromiter((column for row in rows for column in row), dtype=np.int64)
    numbers = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return Matrix(columns, numbers, (len(rows), width))


def stacked(first: Matrix, second: Matrix) -> Matrix:
    """Return both, one below the other."""
    columns = np.concatenate([first.columns, second.columns])
    rows = np.concatenate([first.rows, second.rows + first.shape[0]])
    return Matrix(columns, rows, (first.shape[0] + second.shape[0], first.shape[1]))


def fitted(data: Matrix, truth: Floats, importance: Floats, inverse_penalty: float = 0.3) -> tuple[Floats, float]:
    """Return the weights and the bias, rounded to whole numbers of :data:`SCALE`."""
    sign = 2 * truth - 1

    def loss(point: Floats) -> tuple[float, Floats]:
        margin = sign * (data.times(point[:-1]) + point[-1])
        value = 0.5 * point @ point + inverse_penalty * (importance @ np.logaddexp(0, -margin))
        slope = -inverse_penalty * importance * sign / (1 + np.exp(np.minimum(margin, 500)))
        return float(value), point + np.append(data.transposed_times(slope), slope.sum())

    point = _minimum(loss, np.zeros(data.shape[1] + 1))
    return np.clip(np.rint(point[:-1] * SCALE), -127, 127), float(round(float(point[-1]) * SCALE))


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    """Return the minimum of a smooth convex function: L-BFGS with backtracking."""
    value, gradient = loss(point)
    pairs: list[tuple[Floats, Floats]] = []
    for _ in range(_STEPS):
        direction = -_scaled(gradient, pairs)
        slope, length = gradient @ direction, 1.0
        while True:
            new_point = point + length * direction
            new_value, new_gradient = loss(new_point)
            if new_value <= value + _SUFFICIENT * length * slope or length < 1e-10:
                break
            length /= 2
        step, change = new_point - point, new_gradient - gradient
        if step @ change > 1e-12:
            pairs = [*pairs[-_MEMORY + 1 :], (step, change)]
        done = value - new_value < 1e-6 * max(1.0, abs(value))
        point, value, gradient = new_point, new_value, new_gradient
        if done:
            break
    return point


def _scaled(gradient: Floats, pairs: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the gradient times the inverse of the curvature that the last steps showed."""
    result: Floats = gradient.copy()
    factors = list[float]()
    for step, change in reversed(pairs):
        factor = float(step @ result) / float(step @ change)
        factors.append(factor)
        result = result - factor * change
    if pairs:
        step, change = pairs[-1]
        result = result * float(step @ change) / float(change @ change)
    for (step, change), factor in zip(pairs, reversed(factors), strict=True):
        result = result + (factor - float(change @ result) / float(step @ change)) * step
    return result
