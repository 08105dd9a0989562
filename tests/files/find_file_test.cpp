#include "files/find_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace thalweg {
namespace {

namespace fs = std::filesystem;

TEST(InsideDeepstream, AgreesWithThePythonSide) {
  std::ifstream cases(THALWEG_CASES);
  int count = 0;
  for (std::string line; std::getline(cases, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t arrow = line.find(" ->");
    ASSERT_NE(arrow, std::string::npos) << line;
    const std::string rest = line.substr(std::min(line.size(), arrow + 4));
    EXPECT_EQ(inside_deepstream(line.substr(0, arrow)), rest) << line;
    ++count;
  }
  EXPECT_GE(count, 15);
}

class FindFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "thalweg-files-XXXXXX").string();
    ASSERT_TRUE(mkdtemp(name.data()));
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }
  void make(const fs::path& name) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << "x";
  }
  std::string find(const std::string& name, const std::string& samples = "") {
    return find_file(name, root_ / "app", samples, root_ / "package");
  }
  std::string at(const fs::path& name) const { return (root_ / name).string(); }
  fs::path root_;
};

TEST_F(FindFile, AnExistingFileStays) {
  make("app/labels.txt");
  make("samples/labels.txt");
  make("package/samples/labels.txt");
  EXPECT_EQ(find("labels.txt"), at("app/labels.txt"));
  EXPECT_EQ(find("../samples/labels.txt"), at("samples/labels.txt"));
  EXPECT_EQ(find(at("app/labels.txt")), at("app/labels.txt"));
}

TEST_F(FindFile, ALinkOnTheWayIsFollowed) {
  make("elsewhere/deep/a.txt");
  make("elsewhere/b.txt");
  fs::create_directory_symlink(root_ / "elsewhere/deep", root_ / "app");
  EXPECT_EQ(find("a.txt"), at("app/a.txt"));
  EXPECT_EQ(find("../b.txt"), at("app/../b.txt"));
}

TEST_F(FindFile, TheUsersSamplesComeBeforeThePackage) {
  make("package/samples/models/labels.txt");
  make("package/samples/models/other.txt");
  make("second/models/labels.txt");
  const std::string samples = at("first") + ":" + at("second");
  EXPECT_EQ(find("../../samples/models/labels.txt", samples), at("second/models/labels.txt"));
  EXPECT_EQ(find("../../samples/models/labels.txt"), at("package/samples/models/labels.txt"));
  EXPECT_EQ(find("../../samples/models/other.txt", samples),
            at("package/samples/models/other.txt"));
}

TEST_F(FindFile, LibrariesAreThePackages) {
  make("package/lib/libx.so");
  EXPECT_EQ(find("/opt/nvidia/deepstream/deepstream-6.3/lib/libx.so"), at("package/lib/libx.so"));
}

TEST_F(FindFile, WhatNobodyHasIsShownAsItWasMeant) {
  EXPECT_EQ(find("../../samples/models/none.onnx"),
            (root_.parent_path() / "samples/models/none.onnx").string());
  EXPECT_EQ(find("/opt/nvidia/deepstream/deepstream/lib/none.so"),
            "/opt/nvidia/deepstream/deepstream/lib/none.so");
  EXPECT_EQ(find("none.txt", "::"), at("app/none.txt"));
}

TEST(PackageFolder, IsEmptyOutsideAPackage) { EXPECT_EQ(package_folder(), fs::path{}); }

TEST(DocsPage, IsThatOfThePackageElseOfTheCheckout) {
  EXPECT_EQ(docs_page("reference/parsers.md"), "docs/reference/parsers.md");
  setenv("THALWEG_PACKAGE", "/there", 1);
  EXPECT_EQ(docs_page("reference/parsers.md"), "/there/docs/reference/parsers.md");
  unsetenv("THALWEG_PACKAGE");
}

}  // namespace
}  // namespace thalweg
