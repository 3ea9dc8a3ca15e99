#include "simulator/simulate/directed.hpp"

namespace zha::sim {

std::span<const Family> authority_families() {
    return {};
}

}  // namespace zha::sim
