#include "local/image_table.h"

#include "base/json_members.h"

namespace runtask::local {

// The table as it is in its file.
struct ImageEntry {
  std::string directory;
  std::map<std::string, std::string> environment;
  std::vector<std::string> entry_point;
};
template <class Visitor>
void members(Visitor& visit, ImageEntry& it) {
  visit("directory", it.directory);
  visit("environment", it.environment);
  visit("entryPoint", it.entry_point);
}
struct ImageFile {
  std::map<std::string, ImageEntry> images;
  std::map<std::string, std::string> secrets;
};
template <class Visitor>
void members(Visitor& visit, ImageFile& it) {
  visit.always("images", it.images);
  visit("secrets", it.secrets);
}

namespace {

constexpr unsigned kOwnerOnly = 0600;  // It may hold secrets.
constexpr std::string_view kLatest = ":latest";

bool is_built_in(std::string_view name) {
  return name == kHostImage || name == kSimulatedImage;
}

Result<> check(const Image& image) {
  if (image.name.empty()) return fail(Code::kUsage, "an image needs a name");
  if (is_built_in(image.name))
    return fail(Code::kUsage,
                "the image `" + image.name + "` is always there and cannot be changed");
  if (!image.directory.empty() && !image.directory.starts_with('/'))
    return fail(Code::kUsage,
                "the directory of image `" + image.name + "` is not absolute: " + image.directory);
  return {};
}

}  // namespace

Result<ImageTable> ImageTable::load(const sys::Files& files, const std::string& path) {
  const auto text = files.read(path);
  if (text) return parse(*text, path);
  if (text.error().code == Code::kNotFound) return ImageTable();
  return fail(text.error());
}

Result<ImageTable> ImageTable::parse(std::string_view text, std::string_view source) {
  auto file = TRY(json::read_text<ImageFile>(text, std::string(source)));
  ImageTable table;
  for (auto& [name, entry] : file.images) {
    Image image{name, entry.directory, {}, std::move(entry.entry_point)};
    for (auto& [variable, value] : entry.environment)
      image.environment.push_back({variable, std::move(value)});
    TRY_DURING(table.set(std::move(image)), "while reading " + std::string(source));
  }
  table.secrets_ = std::move(file.secrets);
  return table;
}

std::string ImageTable::text() const {
  ImageFile file;
  for (const auto& [name, image] : images_) {
    ImageEntry entry{image.directory, {}, image.entry_point};
    for (const auto& variable : image.environment)
      entry.environment[variable.name] = variable.value;
    file.images.emplace(name, std::move(entry));
  }
  file.secrets = secrets_;
  return json::to_pretty_text(json::to_tree(file)) + "\n";
}

Result<> ImageTable::save(sys::Files& files, const std::string& path) const {
  return files.write(path, text(), kOwnerOnly);
}

std::optional<Image> ImageTable::find(std::string_view name) const {
  if (is_built_in(name)) return Image{std::string(name), {}, {}, {}};
  auto found = images_.find(name);
  if (found == images_.end() && name.ends_with(kLatest))
    found = images_.find(name.substr(0, name.size() - kLatest.size()));
  if (found == images_.end()) found = images_.find(std::string(name) + std::string(kLatest));
  if (found == images_.end()) return std::nullopt;
  return found->second;
}

std::vector<Image> ImageTable::all() const {
  std::vector<Image> list{*find(kHostImage), *find(kSimulatedImage)};
  for (const auto& [name, image] : images_)
    list.push_back(image);
  return list;
}

Result<> ImageTable::set(Image image) {
  TRY(check(image));
  std::string name = image.name;
  images_.insert_or_assign(std::move(name), std::move(image));
  return {};
}

Result<> ImageTable::remove(std::string_view name) {
  if (is_built_in(name))
    return fail(Code::kUsage,
                "the image `" + std::string(name) + "` is always there and cannot be removed");
  const auto found = images_.find(name);
  if (found == images_.end())
    return fail(Code::kNotFound, "there is no image `" + std::string(name) + "`");
  images_.erase(found);
  return {};
}

std::optional<std::string> ImageTable::secret(const std::string& value_from) const {
  const auto found = secrets_.find(value_from);
  if (found == secrets_.end()) return std::nullopt;
  return found->second;
}

}  // namespace runtask::local
