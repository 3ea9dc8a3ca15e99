"""What the emulated air itself counted: the truth that no program under test can embellish."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Air:
    on_air: tuple          # names of the dongles transmitting as coordinators now
    formed: int            # networks formed, in all
    joined: int            # devices that were commissioned for the first time
    rejoined: int          # commissionings of a device that had a network before
    overlap_ms: float      # longest time that two coordinators of one network were on the air
    replays: int           # frames that a receiver refused because of their counter

    @staticmethod
    def of(statistics):
        """From the JSON of `zha-sim ctl --json air`."""
        return Air(on_air=tuple(c["dongle"] for c in statistics["coordinators"]),
                   formed=statistics["networks_formed"], joined=statistics["devices_joined"],
                   rejoined=statistics["devices_rejoined"],
                   overlap_ms=statistics["max_on_air_overlap_ms"],
                   replays=statistics["drops_replay"])
