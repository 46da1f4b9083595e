"""What an engine cannot do, by test. Each is an expected failure until the engine learns it.

docs/engines.md tells the same for people.
"""

from collections import Counter
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from simulator.errors import SimulatorError

MOTO = "moto"
MINISTACK = "MiniStack"
HANDED_IN = "MiniStack, time-outs handed in"
"""What follows a time-out is shown there all the same: the test ends the wait as AWS would."""

SCENARIOS = (
    "test_allocation", "test_cardholder_leaves", "test_handshake", "test_mix_ups", "test_reasons",
    "test_executions_cut_off",
)  # fmt: skip
"""The scenarios of the core: one driver and one set of expectations for both engines."""

FAULTS_OF_FUNCTIONS = (
    "test_execution_whose_start_was_not_confirmed_is_found_by_the_repeat",
    "test_get_agent_raises_while_dynamodb_is_down_and_a_repeat_succeeds",
    "test_refused_pin_is_kept_when_the_bus_does_not_take_it",
)
"""Of test_faults_of_aws those that strike a function: they can be put before either engine."""


def is_scenario(test: pytest.Function) -> bool:
    return test.path.stem in SCENARIOS or test.originalname in FAULTS_OF_FUNCTIONS


PLAYED: Counter[tuple[str, str]] = Counter()
"""What the scenarios that were played came to: how many passed, how many are gaps, by engine."""

PATIENCE_SECONDS = 1.5
"""How long a test waits for what its engine is known not to do. What it waits for takes 1 s."""


@dataclass(frozen=True, slots=True)
class Gap:
    reason: str
    shows_as: type[Exception] | tuple[type[Exception], ...] = AssertionError


NO_TIME_OUT = Gap("MiniStack ignores TimeoutSecondsPath", TimeoutError)
CALLS_INSIDE = Gap("MiniStack makes the states' calls inside its own process")
BOTH = Gap(f"{NO_TIME_OUT.reason}; {CALLS_INSIDE.reason}", (TimeoutError, AssertionError))

WAKES_THE_DEAD = Gap("MiniStack takes wake-ups for a stopped execution", TimeoutError)

GAPS = {
    MINISTACK: {
        "test_agent_who_joins_after_the_stop_is_told_of_by_the_function": WAKES_THE_DEAD,
        "test_call_goes_on_after_its_execution_was_stopped": WAKES_THE_DEAD,
        "test_execution_that_runs_out_of_its_time_is_told_of": Gap(
            "MiniStack ignores the TimeoutSeconds of a machine", TimeoutError
        ),
        "test_end_that_the_machine_has_audited_is_not_told_again": NO_TIME_OUT,
        "test_execution_that_dies_with_a_record_is_told_of": Gap(NO_TIME_OUT.reason, TimeoutError),
        "test_pin_takes_two_states_and_four_calls": CALLS_INSIDE,
        "test_callback_before_await_loop_has_stored_its_token_is_found_in_the_record": CALLS_INSIDE,
        "test_callback_before_await_join_has_stored_its_token_is_found_in_the_record": CALLS_INSIDE,
        "test_looped_call_just_before_the_time_out_takes_effect_wins": BOTH,
        "test_agent_just_before_the_time_out_takes_effect_wins": BOTH,
        "test_wake_up_of_the_looped_call_that_is_lost_is_made_good_by_the_time_out": NO_TIME_OUT,
        "test_wake_up_of_the_agent_that_is_lost_is_made_good_by_the_time_out": NO_TIME_OUT,
        "test_looped_call_just_after_the_time_out_took_effect_loses": NO_TIME_OUT,
        "test_late_join_is_answered_and_audited_as_late": NO_TIME_OUT,
        "test_repeat_of_get_agent_while_await_join_waits_does_not_complete_it": NO_TIME_OUT,
        "test_missing_record_ends_the_execution_as_unexpected": NO_TIME_OUT,
        "test_record_that_vanishes_before_the_agent_joins_is_unexpected_too": NO_TIME_OUT,
        "test_cardholder_who_left_before_await_join_began_is_found_in_the_record": CALLS_INSIDE,
        "test_cardholder_who_left_before_the_execution_knew_of_the_answer_is_found_too": (
            NO_TIME_OUT
        ),
        "test_interruption_that_is_lost_is_made_good_by_the_time_out": NO_TIME_OUT,
        "test_cardholder_who_leaves_just_before_the_time_out_takes_effect_has_left": BOTH,
        "test_cardholder_who_leaves_after_the_time_out_took_effect_is_only_noted": NO_TIME_OUT,
        "test_connect_that_names_nobody_for_a_moment_is_asked_again": Gap(
            "MiniStack repeats an asynchronous invocation as late as AWS does", TimeoutError
        ),
        # By itself, in test_engines
        "test_wait_ends_after_the_seconds_that_its_input_names": NO_TIME_OUT,
        "test_wait_ends_when_a_heartbeat_is_missed": Gap(
            "MiniStack ignores HeartbeatSeconds", TimeoutError
        ),
        "test_execution_ends_after_its_machines_seconds": Gap(
            "MiniStack ignores the TimeoutSeconds of a machine", TimeoutError
        ),
        "test_history_tells_when_a_wait_began_and_that_it_timed_out": Gap(
            "MiniStack's history has no TaskSubmitted and no TaskTimedOut"
        ),
        "test_start_that_is_repeated_is_answered_with_the_same_execution": Gap(
            "MiniStack answers ExecutionAlreadyExists to a repeated start too", ClientError
        ),
        "test_callback_for_a_closed_wait_is_answered_as_timed_out": Gap(
            "MiniStack answers TaskDoesNotExist for a closed token"
        ),
        "test_stopped_execution_stays_aborted": Gap(
            "MiniStack lets a late SendTaskFailure rewrite a stopped execution's status"
        ),
        "test_exception_of_a_function_has_its_class_for_an_error": Gap(
            "MiniStack calls every exception of a function Runtime.HandlerError"
        ),
        "test_throttled_function_has_lambdas_error": Gap(
            "MiniStack calls a throttled function Lambda.Unknown"
        ),
        "test_entry_that_is_refused_fails_its_state": Gap(
            "MiniStack's EventBridge takes a malformed Detail"
        ),
        "test_event_reaches_a_log_group": Gap(
            "MiniStack delivers no events to CloudWatch Logs", TimeoutError
        ),
        "test_definition_that_is_no_machine_is_refused": Gap(
            "MiniStack takes a definition that is no machine"
        ),
        "test_template_deploys_as_it_does_on_aws": Gap(
            "MiniStack's CloudFormation has no archives and no alarms of several metrics",
            SimulatorError,
        ),
        "test_function_may_wake_the_machine_that_its_role_names": Gap(
            "MiniStack's IAM wants SendTaskSuccess allowed on every resource", TimeoutError
        ),
    },
    MOTO: {
        "test_wait_ends_when_a_heartbeat_is_missed": Gap(
            "moto names a missed heartbeat States.Timeout"
        ),
        "test_callback_for_a_closed_wait_is_answered_as_timed_out": Gap(
            "moto answers InvalidToken for a closed token"
        ),
    },
}
