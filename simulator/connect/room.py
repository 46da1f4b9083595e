"""Who is together on a call, and so hears whom."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.sound import Sound


@dataclass(slots=True, eq=False)
class Member:
    """Somebody, or something. On hold, or not on the call, it neither hears nor is heard."""

    hears: Callable[[Sound], None]
    on_hold: bool = False


class Room:
    def __init__(self) -> None:
        self.members: list[Member] = []
        self.is_recorded = False
        self.recording: list[Sound] = []

    def add(self, member: Member) -> None:
        self.members.append(member)

    def remove(self, member: Member) -> None:
        if member in self.members:
            self.members.remove(member)

    def play(self, sound: Sound, by: Member | None = None) -> None:
        """Let everybody hear a sound but the one it comes from. `by` None: it is Connect's own."""
        if by and (by.on_hold or by not in self.members):
            return
        if self.is_recorded:
            self.recording.append(sound)
        for member in list(self.members):
            if member is not by and not member.on_hold:
                member.hears(sound)
