// Pixels at any place of a plane, in more than 8 bits. Its functions are inlined into callers that
// are compiled for several instruction sets.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "surface/convert.h"

namespace thalweg::sampling {

/// Along one axis of a plane, in its samples: result i shows start + i * step to one step further.
struct Span {
  double start = 0, step = 1;
  double low = 0, high = 0;  ///< where centres may lie: beyond, the last sample goes on
  int length = 0;            ///< of the plane
};

/// Result i is the sum of `count` samples from first[i] on, times weights[i * count] and on.
/// Samples beyond the plane's end have no weight. Some results more are there, to fill four.
struct Taps {
  int count = 0;  ///< 2, or for averages 4 or a multiple of 8
  std::vector<int> first;
  std::vector<int16_t> weights;
};

/// The largest sum of weights of rows: bytes less 128, times those, then fit into 16 bits.
constexpr int kRowSum = 256;
/// The sum of weights of columns: sums of rows, times those, then fit into 32 bits.
constexpr int kColumnSum = 1 << 14;

/// Weights of averages, which are few numbers for rows: equal ones of whole samples matter more
/// there than their sum, which may be less than `sum`.
enum class Weights { kOfRows, kOfColumns };

/// Taps that average what a result shows, or those of `filter` at its centre.
inline void make_taps(Taps& taps, const Span& span, int results, bool averages, Filter filter,
                      Weights kind) {
  const int sum = kind == Weights::kOfRows ? kRowSum : kColumnSum;
  // As large as it may be, and whole if it can: then all whole samples have the same weight.
  const double most = kRowSum / span.step;
  const double row_unit = most < 1 ? most : std::floor(most);
  const int padded = (results + 3) / 4 * 4;
  const int covered = int(std::ceil(span.step)) + 1;
  taps.count = !averages ? 2 : covered <= 4 ? 4 : (covered + 7) / 8 * 8;
  taps.first.resize(padded);
  taps.weights.assign(size_t(padded) * taps.count, 0);
  for (int i = 0; i < results; ++i) {
    int16_t* const weights = &taps.weights[size_t(i) * taps.count];
    const double from = span.start + i * span.step;
    if (averages) {
      constexpr double kLeast = 1e-3;
      const double low = std::clamp(from, 0.0, span.length - kLeast);
      const double high = std::clamp(from + span.step, low + kLeast, double(span.length));
      const double unit = kind == Weights::kOfRows ? row_unit : sum / (high - low);
      const int first = taps.first[i] = int(low);
      int before = 0;  // errors of rounding do not add up
      for (int k = 0; k < taps.count && first + k < high; ++k) {
        const int upto = int((std::min(high, first + k + 1.0) - low) * unit + 0.5);
        weights[k] = int16_t(upto - before);
        before = upto;
      }
    } else {
      const double centre = std::clamp(from + span.step / 2, span.low, span.high) - 0.5;
      const int first = taps.first[i] = int(centre);
      const double second = filter == Filter::kNearest ? centre - first >= 0.5 : centre - first;
      weights[1] = int16_t(second * sum + 0.5);
      weights[0] = int16_t(sum - weights[1]);
    }
  }
  std::fill(taps.first.begin() + results, taps.first.end(), taps.first[results - 1]);
}

/// Sums result `y` of `rows` up for the bytes from `begin` to `end` of the plane's rows, each less
/// 128. Returns the sum of weights.
[[gnu::always_inline]] inline int sum_rows(const Plane<const uint8_t>& plane, const Taps& rows,
                                           int y, int begin, int end, int16_t* __restrict sums) {
  const int16_t* const weights = &rows.weights[size_t(y) * rows.count];
  const ptrdiff_t stride = plane.stride_bytes;
  int weight_sum = 0, last = 0;
  for (int k = 0; k < rows.count; ++k) {
    weight_sum += weights[k];
    if (weights[k]) last = k;
  }
  // Rows that the next result needs and this one does not. The processor foresees only what follows
  // in the rows that are read; this halves the time of pictures that no near cache holds.
  const int behind = rows.first[y] + last + 1;
  const int shift = rows.first[size_t(y) + 1 < rows.first.size() ? y + 1 : y] - rows.first[y];
  for (int row = behind; row < std::min(behind + shift, plane.height); ++row)
    for (int i = begin; i < end; i += 64) __builtin_prefetch(plane.data + row * stride + i, 0, 2);

  const uint8_t* source = plane.data + rows.first[y] * stride + begin;
  const int length = end - begin;
  const uint16_t less = uint16_t(128 * weight_sum);
  for (int k = 0; k <= last; k += 4, source += 4 * stride) {
    const int left = last - k;
    const auto weight = [&](int i) { return uint16_t(i <= left ? weights[k + i] : 0); };
    const auto row = [&](int i) { return source + std::min(i, left) * stride; };
    const uint16_t w0 = weight(0), w1 = weight(1), w2 = weight(2), w3 = weight(3);
    const uint8_t* const __restrict r0 = row(0);
    const uint8_t* const __restrict r1 = row(1);
    const uint8_t* const __restrict r2 = row(2);
    const uint8_t* const __restrict r3 = row(3);
    if (k)
      for (int i = 0; i < length; ++i)
        sums[i] = int16_t(sums[i] + r0[i] * w0 + r1[i] * w1 + r2[i] * w2 + r3[i] * w3);
    else if (left > 2)
      for (int i = 0; i < length; ++i)
        sums[i] = int16_t(r0[i] * w0 + r1[i] * w1 + r2[i] * w2 + r3[i] * w3 - less);
    else if (left > 1)
      for (int i = 0; i < length; ++i)
        sums[i] = int16_t(r0[i] * w0 + r1[i] * w1 + r2[i] * w2 - less);
    else
      for (int i = 0; i < length; ++i) sums[i] = int16_t(r0[i] * w0 + r1[i] * w1 - less);
  }
  return weight_sum;
}

/// Sums `columns` up over a row whose sample `begin` is row[0]. Behind the row's end there have to
/// be columns.count readable numbers, and behind `sums` three writable ones.
[[gnu::always_inline]] inline void sum_columns(const int16_t* __restrict row, int begin,
                                               const Taps& columns, int results,
                                               int32_t* __restrict sums) {
  const int* const __restrict first = columns.first.data();
  const int16_t* const __restrict weights = columns.weights.data();
#if defined(__SSE2__)
  // Four results at a time; compilers would multiply number by number.
  const auto load = [](const int16_t* numbers) __attribute__((always_inline)) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(numbers));
  };
  const auto store = [&](int x, __m128i four) __attribute__((always_inline)) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + x), four);
  };
  if (columns.count == 2) {
    const auto two = [&](int x) __attribute__((always_inline)) {
      return _mm_loadu_si32(row + (first[x] - begin));
    };
    for (int x = 0; x < results; x += 4) {
      const __m128i eight = _mm_unpacklo_epi64(_mm_unpacklo_epi32(two(x), two(x + 1)),
                                               _mm_unpacklo_epi32(two(x + 2), two(x + 3)));
      store(x, _mm_madd_epi16(eight, load(weights + 2 * size_t(x))));
    }
    return;
  }
  if (columns.count == 4) {
    const auto two_sums = [&](int x) __attribute__((always_inline)) {
      const auto four = [&](int x) __attribute__((always_inline)) {
        return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + (first[x] - begin)));
      };
      const __m128i halves =
          _mm_madd_epi16(_mm_unpacklo_epi64(four(x), four(x + 1)), load(weights + 4 * size_t(x)));
      return _mm_shuffle_epi32(halves, _MM_SHUFFLE(3, 1, 2, 0));
    };
    for (int x = 0; x < results; x += 4) {
      const __m128i ab = two_sums(x), cd = two_sums(x + 2);
      store(x, _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)));
    }
    return;
  }
  const auto partial_sums = [&](int x) __attribute__((always_inline)) {
    __m128i four = _mm_setzero_si128();
    for (int k = 0; k < columns.count; k += 8)
      four = _mm_add_epi32(four, _mm_madd_epi16(load(row + (first[x] - begin + k)),
                                                load(weights + size_t(x) * columns.count + k)));
    return four;
  };
  for (int x = 0; x < results; x += 4) {
    const __m128i a = partial_sums(x), b = partial_sums(x + 1);
    const __m128i c = partial_sums(x + 2), d = partial_sums(x + 3);
    const __m128i ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    const __m128i cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    store(x, _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)));
  }
#else
  for (int x = 0; x < results; ++x) {
    sums[x] = 0;
    for (int k = 0; k < columns.count; ++k)
      sums[x] += row[first[x] - begin + k] * weights[size_t(x) * columns.count + k];
  }
#endif
}

}  // namespace thalweg::sampling
