#pragma once

#include "encode/checked.h"
#include "pyds/convert.h"

namespace thalweg::pyds {

/// The functions of libnvds_batch_jpegenc.so, which is opened when first needed: it links
/// libturbojpeg, and a program that encodes nothing must run without.
struct EncoderLibrary {
  decltype(&nvds_obj_enc_create_context) create_context;
  decltype(&thalweg_obj_enc_process) process;
  decltype(&thalweg_obj_enc_finish) finish;
  decltype(&thalweg_obj_enc_destroy) destroy;
  decltype(&thalweg_obj_enc_bytes) bytes;
  decltype(&thalweg_obj_enc_destroy_all) destroy_all;

  /// @throws RuntimeError naming `function`, the library and the fix when it cannot be opened.
  static const EncoderLibrary& open(const char* function);
  /// nullptr when nothing has opened it: then no result of it exists either.
  static const EncoderLibrary* opened();
};

/// Raises what an error of the library stands for: ValueError, OSError or RuntimeError; frees it.
[[noreturn]] void throw_encoder_error(const char* function, GError* error);

}  // namespace thalweg::pyds
