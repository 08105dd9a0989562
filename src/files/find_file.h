#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace thalweg {

/// The folder of the Python package `thalweg`, two above the plugin or library that this code is
/// linked into: gst/, lib/, models/, samples/ lie in it. Empty if that is no installed package.
/// THALWEG_PACKAGE in the environment names another.
std::filesystem::path package_folder();

/// Where a user finds a page of the documentation, "reference/parsers.md": its path in the package,
/// or in a checkout where this code is in none.
std::string docs_page(std::string_view name);

/// What `name` is inside DeepStream's installation, "samples/..." or "lib/...": the rest of
/// "/opt/nvidia/deepstream/deepstream*/REST", or of a path that climbs to it from the folder where
/// its samples are installed ("../../../../samples/models/..."). Empty for any other name.
std::string_view inside_deepstream(std::string_view name);

/// The file that a configuration file in `folder` means by `name`, absolute or relative to
/// `folder`.
///
/// Where that does not exist and points into DeepStream's installation, the file of that name in
/// the folders of THALWEG_SAMPLES (each stands for samples/, separated by ':'), then in Thalweg's
/// own package. Where none has it, `name` in `folder`, so that an error can show it.
///
/// thalweg.run.paths does the same for a program's own paths; tests/files/cases.txt tests both.
///
/// Any thread, as long as none changes the environment.
std::string find_file(const std::string& name, const std::filesystem::path& folder);

/// The same, with the folders given: those that stand for samples/, and the one with samples/ and
/// lib/ in it.
std::string find_file(const std::string& name, const std::filesystem::path& folder,
                      std::string_view samples, const std::filesystem::path& package);

}  // namespace thalweg
