// What: how long the phases of a move may take that no setting is for.
// Why: the programs wait by them, and check-config adds them up: they must be the same.
// Contract: generous; they bound waiting, they do not pace it.
#pragma once

#include "core/types.hpp"

namespace zha {

inline constexpr Millis kSettleMost{60000};  ///< old node: read the dongle after the fence
inline constexpr Millis kStageMost{60000};   ///< new node: fetch the final snapshot
inline constexpr Millis kReadMost{90000};    ///< agent: read the dongle once, and verify
inline constexpr Millis kFetchMost{60000};   ///< agent: fetch a snapshot once, and verify
inline constexpr Millis kFormMost{300000};   ///< agent: zigbee2mqtt forms a network
inline constexpr Millis kLeaseMost{3600000};
inline constexpr Millis kServiceAge{500};          ///< the agent asks about the service this often
inline constexpr Millis kServiceAnswerMost{5000};  ///< ... and waits so long for the answer
inline constexpr Millis kDongleAnswerMost{15000};  ///< asked through zigbee2mqtt, behind its queue
inline constexpr Millis kWorkerStartMost{30000};   ///< guard: from fork to the worker's first beat
/// Mosquitto 2.0 looks for silent clients every 6 s: wills of clients with a keepalive of 3 s came
/// up to 10 s after their last word (docs/configuration.md).
inline constexpr Millis kBrokerLookMost{6000};
/// A controller waits so long for its spare's word that it has the journal, before the first lease
/// of an epoch and before it switches a node off.
inline constexpr Millis kSpareWordMost{2000};
inline constexpr Millis kReconnectMost{2000};  ///< broker: longest pause between two tries

}  // namespace zha
