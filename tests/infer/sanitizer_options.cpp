// OpenVINO and the decoder are not built with ThreadSanitizer: their locks are half visible,
// and OpenVINO's copies into our memory look like races with our reads after wait(). What they call
// is left out; our own accesses stay checked.
#ifdef __SANITIZE_THREAD__
extern "C" {
__attribute__((visibility("default"))) const char* __tsan_default_options() {
  return "report_mutex_bugs=0";
}
__attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
  return "called_from_lib:libopenvino.so\n"
         "called_from_lib:libopenvino_intel_cpu_plugin.so\n"
         "called_from_lib:libtbb.so\n"
         "called_from_lib:libavcodec.so\n"
         "called_from_lib:libavutil.so\n"
         "called_from_lib:libgstlibav.so\n"
         "called_from_lib:libgstcoreelements.so\n"
         "called_from_lib:libgstvideo-1.0.so\n";
}
}
#endif
