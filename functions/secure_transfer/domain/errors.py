"""What can go wrong. A refusal's class name is the `Reason` that Connect, audit events and ops see.

SecureTransferError
├── Refused                       answered: Connect would repeat an exception, to no avail
│   ├── EventMalformed            not an event of a Connect flow, or of an execution
│   ├── ChannelNotVoice           a chat or a task cannot be looped
│   ├── ContactIdInvalid          no contact id, or none that can name an execution
│   ├── NotOurCall                another Connect instance, or another dialled number
│   ├── NotOurExecution           another machine's, or one that needs nobody to tell its end
│   ├── CallerLockedOut           this number was refused too often; its PIN is not looked at
│   ├── AgentNameMissing          the whisper flow did not set QueueAgentName
│   ├── AgentNameInvalid          not 1-64 characters of A-Z a-z 0-9 _ - . @
│   ├── PinMalformed              not exactly PinLength digits ("Timeout": no digit was heard)
│   ├── PinUnknown                no transfer holds it
│   ├── PinExpired                its transfer waits no longer
│   ├── PinAlreadyUsed            another looped call came with it first
│   ├── ContactAlreadyAnswered    this looped call has answered another transfer
│   ├── TransferIdInvalid         AgentJoined without a usable TransferId
│   ├── TransferUnknown           no such transfer
│   ├── TransferClosed            the transfer is over, or its PIN has been used or has expired
│   ├── TransferNotStarted        the transfer failed before it had a PIN; carries why
│   ├── WrongContact              this call did not answer that transfer
│   ├── WrongAgent                another agent's phone was answered
│   └── AgentUnknown              a contact event names no agent whom Connect knows
└── PlatformFault                 raised: Connect repeats the invocation
    └── OutOfTime                 too little of the invocation is left to start another call
"""


class SecureTransferError(Exception):
    """The root of everything that this package raises."""


class Refused(SecureTransferError):
    """An answer, not a fault: the handler turns it into `{"Result": "ERROR", "Reason": …}`."""

    transfer_id: str | None = None
    """The transfer that the refusal concerns, where one is known."""

    @property
    def reason(self) -> str:
        return type(self).__name__


class EventMalformed(Refused): ...


class ChannelNotVoice(Refused): ...


class ContactIdInvalid(Refused): ...


class NotOurCall(Refused): ...


class NotOurExecution(Refused): ...


class CallerLockedOut(Refused): ...


class AgentNameMissing(Refused): ...


class AgentNameInvalid(Refused): ...


class PinMalformed(Refused): ...


class PinUnknown(Refused): ...


class PinExpired(Refused): ...


class PinAlreadyUsed(Refused): ...


class ContactAlreadyAnswered(Refused): ...


class TransferIdInvalid(Refused): ...


class TransferUnknown(Refused): ...


class TransferClosed(Refused): ...


class TransferNotStarted(Refused):
    """The transfer failed before it had a PIN; its reason is the one that was recorded."""

    def __init__(self, message: str, recorded_reason: str) -> None:
        super().__init__(message)
        self.recorded_reason = recorded_reason

    @property
    def reason(self) -> str:
        return self.recorded_reason


class WrongContact(Refused): ...


class WrongAgent(Refused): ...


class AgentUnknown(Refused): ...


class PlatformFault(SecureTransferError):
    """AWS did not do what was asked. Names the operation and AWS's error code, never a value."""


class OutOfTime(PlatformFault): ...
