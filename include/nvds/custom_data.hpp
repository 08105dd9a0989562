// Payload of the custom user meta sample. `message` is a heap string owned by the struct.
#pragma once

#include <assert.h>
#include <stddef.h>

struct CustomDataStruct {
  int structId;
  char* message;
  int sampleInt;
};

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(CustomDataStruct) == 24, "CustomDataStruct: size");
static_assert(offsetof(CustomDataStruct, structId) == 0, "CustomDataStruct.structId: offset");
static_assert(offsetof(CustomDataStruct, message) == 8, "CustomDataStruct.message: offset");
static_assert(offsetof(CustomDataStruct, sampleInt) == 16, "CustomDataStruct.sampleInt: offset");
