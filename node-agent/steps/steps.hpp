// What: the steps of the state table (core/fsm/table.hpp), one file each.
// Why: each is idempotent, reads back what it did, and can be read alone.
// Contract: every step ends by `deadline`. Steps that have the radio on give up as soon as
//      Node::must_stop() says so. An error's text becomes the node's fault.
#pragma once

#include "node-agent/node.hpp"

namespace zha::steps {

Task<Status> nothing();
/// While nothing is to be done: does the dongle answer, is what is held still good?
Task<void> look_after(Node& node);
/// Kills the service, owns the port, resets, reads back; then the epoch held is released.
Task<Status> fence(Node& node, Time deadline);
/// The port is gone: proves that the service is, too; then the epoch held is released.
Task<Status> confirm_gone(Node& node, Time deadline);
/// Reads the fenced dongle and keeps it, with this node's data files, as a snapshot.
Task<Status> survey(Node& node, Time deadline);
/// Fetches and verifies the snapshot that the order names.
Task<Status> stage(Node& node, Time deadline);
/// Writes, installs, gates, starts and verifies.
Task<Status> promote(Node& node, Time deadline);
/// Lets zigbee2mqtt form a NEW network on a blank dongle, stops it and keeps the first snapshot.
Task<Status> form(Node& node, Time deadline);
/// Graceful stop, fence, final snapshot.
Task<Status> drain(Node& node, Time deadline);
/// Starts the service that died again in place.
Task<Status> recover(Node& node, Time deadline);
/// A new generation of the data files while active.
Task<Status> refresh(Node& node, Time deadline);

// What several steps are made of.

/// Silence without releasing the epoch.
Task<Status> silence(Node& node, Time deadline);
/// Listens with the fenced dongle: a coordinator of the image's network that answers forbids the
/// promotion. Silence proves nothing.
Task<Status> air_check(Node& node, const znp::Image& image, Time deadline);
/// Reads the dongle into node.image; sets `blank`.
Task<Status> read_dongle(Node& node, Time deadline);
/// Keeps node.image and the data files as the newest own snapshot, unless nothing changed.
Status keep_snapshot(Node& node);
/// The last snapshot of what it was active with; why there is none is remembered and reported.
Status keep_last(Node& node, const Status& read);
/// What dongle and data files hold now, as a snapshot, when that is a later state of `older` that
/// could not be kept. Errc::not_found when it is not.
Result<Snapshot> unsaved_state(Node& node, const Snapshot& older);
/// May zigbee2mqtt be started on this dongle with these files? `cluster_ieee` empty = not compared.
Status pass_gate(Node& node, const std::string& cluster_ieee);
/// Starts zigbee2mqtt and waits until it says that it is online on the network of node.image.
Task<Status> start_and_verify(Node& node, Time deadline);

}  // namespace zha::steps
