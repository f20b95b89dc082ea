"""Who does not answer is left alone for a while, and then asked once."""

from aether.domain.circuits import Circuit, CircuitState


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[Circuit, Clock]:
    """A circuit that has just opened."""
    clock = Clock()
    circuit = Circuit(clock, failures=3, rest_s=10)
    for _ in range(3):
        assert circuit.lets_through()
        circuit.failed()
    return circuit, clock


def test_failures_in_a_row_open_it() -> None:
    circuit, _ = opened()

    assert circuit.state == CircuitState.OPEN
    assert circuit.rests_s == 10
    assert not circuit.lets_through()


def test_failures_with_a_success_between_do_not() -> None:
    circuit = Circuit(Clock(), failures=3, rest_s=10)

    for _ in range(5):
        circuit.failed()
        circuit.failed()
        circuit.succeeded()

    assert circuit.state == CircuitState.CLOSED
    assert circuit.rests_s == 0
    assert circuit.lets_through()


def test_after_its_rest_one_call_is_let_through_and_closes_it() -> None:
    circuit, clock = opened()
    clock.now += 9.9
    assert not circuit.lets_through()

    clock.now += 0.1
    assert circuit.rests_s == 0
    assert [circuit.lets_through() for _ in range(3)] == [True, False, False]

    circuit.succeeded()
    assert circuit.state == CircuitState.CLOSED
    assert circuit.lets_through()


def test_a_trial_that_fails_opens_it_anew() -> None:
    circuit, clock = opened()
    clock.now += 10
    assert circuit.lets_through()

    circuit.failed()

    assert circuit.state == CircuitState.OPEN
    clock.now += 10
    assert circuit.lets_through()


def test_a_trial_that_is_never_heard_of_again_holds_nobody_up_for_ever() -> None:
    circuit, clock = opened()
    clock.now += 10
    assert circuit.lets_through()

    clock.now += 10

    assert circuit.lets_through()
    assert not circuit.lets_through()
