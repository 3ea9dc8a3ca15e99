#include "platform/config/section.hpp"

#include <algorithm>

#include "platform/config/values.hpp"

namespace zha::config {

namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxArguments = 64;
constexpr std::size_t kMaxKeys = 100;

int line_at(const YAML::Mark& mark) {
    return mark.is_null() ? 1 : mark.line + 1;
}

/// What a message may repeat of the user's own words.
std::string in_quotes(const std::string& text) {
    constexpr std::size_t kMost = 60;
    std::string shown = text.substr(0, kMost);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return has_control_characters({&c, 1}); }, '?');
    return "\"" + shown + (text.size() > kMost ? "...\"" : "\"");
}

std::string listed(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

}  // namespace

void Problems::add(int line, const std::string& key, const std::string& what) {
    if (first_) return;
    const std::string place = file_ + ":" + std::to_string(line) + ": ";
    first_ = Error{Errc::invalid, place + (key.empty() ? "" : key + ": ") + what};
}

Section::Section(Problems& problems, const YAML::Node& map, std::string path)
    : problems_(problems), path_(std::move(path)), line_(line_at(map.Mark())) {
    if (!map.IsMap()) {
        problems_.add(line_, path_, "must be a map of keys and values");
        return;
    }
    if (map.size() > kMaxKeys) {
        problems_.add(line_, path_, "has too many keys");
        return;
    }
    for (const auto& item : map) {
        const int line = line_at(item.first.Mark());
        if (!item.first.IsScalar()) {
            problems_.add(line, path_, "a key must be a word");
            continue;
        }
        const std::string key = item.first.Scalar();
        if (line_of(key)) problems_.add(line, full(key), "given twice");
        entries_.push_back({key, line, item.second});
    }
}

std::optional<int> Section::line_of(const std::string& key) const {
    for (const auto& entry : entries_)
        if (entry.key == key) return entry.line;
    return std::nullopt;
}

std::string Section::full(const std::string& key) const {
    const std::string shown = key.substr(0, 60);
    return path_.empty() ? shown : path_ + "." + shown;
}

void Section::problem(const std::string& key, const std::string& what) {
    problems_.add(line_of(key).value_or(line_), full(key), what);
}

const YAML::Node* Section::find(const std::string& key, Need need) {
    known_.push_back(key);
    for (const auto& entry : entries_)
        if (entry.key == key) return &entry.value;
    if (need == Need::required) missing_.push_back(key);
    return nullptr;
}

std::optional<std::string> Section::scalar(const std::string& key, Need need) {
    const YAML::Node* node = find(key, need);
    if (node == nullptr) return std::nullopt;
    if (node->IsNull()) return problem(key, "has no value"), std::nullopt;
    if (!node->IsScalar()) return problem(key, "must be a single value"), std::nullopt;
    if (node->Scalar().size() > kMaxText) return problem(key, "is too long"), std::nullopt;
    return node->Scalar();
}

void Section::text(const std::string& key, std::string& out, bool (*valid)(std::string_view),
                   std::string_view rule, Need need) {
    const auto value = scalar(key, need);
    if (!value) return;
    if (!valid(*value)) return problem(key, in_quotes(*value) + " is not " + std::string(rule));
    out = *value;
}

void Section::choice(const std::string& key, std::string& out,
                     const std::vector<std::string>& choices, Need need) {
    const auto value = scalar(key, need);
    if (!value) return;
    if (std::find(choices.begin(), choices.end(), *value) == choices.end())
        return problem(key, in_quotes(*value) + " is not one of " + listed(choices));
    out = *value;
}

void Section::path(const std::string& key, std::filesystem::path& out, Need need) {
    const auto value = scalar(key, need);
    if (!value) return;
    // Not repeated: somebody may have put a password where its file's name belongs.
    if (!is_absolute_path(*value)) return problem(key, "is not an absolute path");
    out = *value;
}

void Section::duration(const std::string& key, Millis& out) {
    const auto value = scalar(key, Need::optional);
    if (!value) return;
    const auto parsed = parse_duration(*value);
    if (!parsed)
        return problem(key, in_quotes(*value) +
                                " is not a duration: a whole number and ms, s, m, h or d, like "
                                "15s, at most 366d");
    out = *parsed;
}

void Section::boolean(const std::string& key, bool& out) {
    const auto value = scalar(key, Need::optional);
    if (!value) return;
    if (*value != "true" && *value != "false")
        return problem(key, in_quotes(*value) + " is not true or false");
    out = *value == "true";
}

void Section::decimal(const std::string& key, double& out) {
    const auto value = scalar(key, Need::optional);
    if (!value) return;
    const auto parsed = parse_decimal(*value);
    if (!parsed) return problem(key, in_quotes(*value) + " is not a number");
    out = *parsed;
}

std::optional<std::int64_t> Section::checked_integer(const std::string& key, std::int64_t low,
                                                     std::int64_t high) {
    const auto value = scalar(key, Need::optional);
    if (!value) return std::nullopt;
    const auto parsed = parse_integer(*value);
    if (parsed && *parsed >= low && *parsed <= high) return parsed;
    problem(key, in_quotes(*value) + " is not a whole number from " + std::to_string(low) + " to " +
                     std::to_string(high));
    return std::nullopt;
}

void Section::argv(const std::string& key, std::vector<std::string>& out, Need need) {
    const YAML::Node* node = find(key, need);
    if (node == nullptr) return;
    if (!node->IsSequence() || node->size() == 0 || node->size() > kMaxArguments)
        return problem(key, "must be a list of 1 to " + std::to_string(kMaxArguments) + " words");
    std::vector<std::string> words;
    for (const auto& word : *node) {
        if (!word.IsScalar() || word.Scalar().size() > kMaxText ||
            word.Scalar().find('\0') != std::string::npos)
            return problem(key, "must be a list of words");
        words.push_back(word.Scalar());
    }
    // No shell and no search path: what runs is what is written here.
    if (!is_absolute_path(words[0]))
        return problem(key, "the program, " + in_quotes(words[0]) + ", is not an absolute path");
    out = std::move(words);
}

void Section::section(const std::string& key, const std::function<void(Section&)>& read,
                      Need need) {
    const YAML::Node* node = find(key, need);
    if (node == nullptr) return;
    Section inner(problems_, *node, full(key));
    read(inner);
    inner.finish();
}

void Section::each(const std::string& key, std::size_t most,
                   const std::function<void(Section&, std::size_t)>& read, Need need) {
    const YAML::Node* node = find(key, need);
    if (node == nullptr) return;
    if (!node->IsSequence() || node->size() > most || (need == Need::required && !node->size()))
        return problem(key, "must be a list of " + std::string(need == Need::required ? "1" : "0") +
                                " to " + std::to_string(most) + " maps");
    for (std::size_t i = 0; i < node->size(); ++i) {
        Section inner(problems_, (*node)[i], full(key) + "[" + std::to_string(i) + "]");
        read(inner, node->size());
        inner.finish();
    }
}

void Section::finish() {
    // Unknown ones first: a required key that seems to be missing is often one that is misspelt.
    for (const auto& entry : entries_)
        if (std::find(known_.begin(), known_.end(), entry.key) == known_.end())
            problem(entry.key,
                    "unknown key; the nearest known one is " + nearest(entry.key, known_));
    for (const auto& key : missing_) problem(key, "is required");
}

}  // namespace zha::config
