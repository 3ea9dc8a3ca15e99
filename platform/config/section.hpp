// What: one map of the YAML file, read key by key.
// Why: every read checks type and range, remembers the key as known and knows its line, so that
//      the layout in layout.cpp is only a list of keys.
// Contract: the first problem is kept in Problems, later ones are ignored; an absent optional key
//      leaves its target alone. yaml-cpp throws: only parse_config() catches.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/types.hpp"

namespace zha::config {

enum class Need { optional, required };

/// The first problem, as "file:line: key: what".
class Problems {
  public:
    explicit Problems(std::string file) : file_(std::move(file)) {}
    void add(int line, const std::string& key, const std::string& what);
    bool none() const { return !first_; }
    Status status() const { return first_ ? Status(*first_) : Status(); }

  private:
    std::string file_;
    std::optional<Error> first_;
};

class Section {
  public:
    /// `path`: of this map, "" for the whole file. A node that is no map is a problem.
    Section(Problems& problems, const YAML::Node& map, std::string path);

    /// A text for which `valid` holds; `rule` says what is valid, for the message.
    void text(const std::string& key, std::string& out, bool (*valid)(std::string_view),
              std::string_view rule, Need need = Need::optional);
    void choice(const std::string& key, std::string& out, const std::vector<std::string>& choices,
                Need need = Need::optional);
    void path(const std::string& key, std::filesystem::path& out, Need need = Need::optional);
    void duration(const std::string& key, Millis& out);
    void boolean(const std::string& key, bool& out);
    void decimal(const std::string& key, double& out);
    void argv(const std::string& key, std::vector<std::string>& out, Need need = Need::optional);
    void section(const std::string& key, const std::function<void(Section&)>& read,
                 Need need = Need::optional);
    /// Calls `read` with every map of the list below `key` and the length of the list.
    void each(const std::string& key, std::size_t most,
              const std::function<void(Section&, std::size_t)>& read, Need need = Need::optional);

    template <class T>
    void integer(const std::string& key, T& out, std::int64_t low, std::int64_t high) {
        if (const auto value = checked_integer(key, low, high)) out = static_cast<T>(*value);
    }

    /// Keys that were not asked for, and required ones that are missing, are problems. Call last.
    void finish();

    bool has(const std::string& key) const { return line_of(key).has_value(); }
    /// A problem of `key`, at its line if it is there and at that of the map otherwise.
    void problem(const std::string& key, const std::string& what);

  private:
    struct Entry {
        std::string key;
        int line;
        YAML::Node value;
    };
    std::optional<int> line_of(const std::string& key) const;
    std::string full(const std::string& key) const;
    /// The value, remembered as known; nullptr when absent (for finish(), if required).
    const YAML::Node* find(const std::string& key, Need need);
    std::optional<std::string> scalar(const std::string& key, Need need);
    std::optional<std::int64_t> checked_integer(const std::string& key, std::int64_t low,
                                                std::int64_t high);

    Problems& problems_;
    std::string path_;
    int line_ = 1;
    std::vector<Entry> entries_;
    std::vector<std::string> known_;
    std::vector<std::string> missing_;
};

}  // namespace zha::config
