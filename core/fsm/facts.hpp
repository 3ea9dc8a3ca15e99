// What: what a node knows when it asks the table for its next step.
// Why: guards are patterns over these values, so every decision can be replayed and tested.
// Contract: plain values, taken at one instant; a fact that is not proven is false.
#pragma once

namespace zha::fsm {

struct Facts {
    bool lease_live = false;  ///< the lease holds by our own clock, and its epoch is not released
    bool dongle_present = false;  ///< the port exists
    bool silenced = false;        ///< fence proof held: port ours, device state read back and not 9
    bool unreleased = false;      ///< an epoch was held and its end is not proven yet
    bool service_up = false;      ///< zigbee2mqtt was seen running
    bool service_down = false;    ///< zigbee2mqtt was seen gone (both false: not known)
    bool restarts_left = false;   ///< a restart in place is still allowed within the window
    bool unsurveyed = false;  ///< the dongle's content was not read since it was last on the air
    bool snapshot_wanted =
        false;  ///< an order names one that is not held here, and it is time to try
    bool snapshot_held = false;  ///< something verified to be promoted from is here
    bool may_form = false;       ///< an operator allowed a NEW network on this blank dongle
    bool refresh_due = false;    ///< active: time for a new generation of the data files
    bool retry_due = false;      ///< the pause after a failed step is over
    bool fault_cleared = false;  ///< an operator said so
};

}  // namespace zha::fsm
