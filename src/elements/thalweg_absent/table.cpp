#include "elements/thalweg_absent/table.h"

namespace thalweg {

// A line an element. Who writes the element removes its line.
const std::vector<AbsentElement>& absent_elements() {
  using enum AbsentElement::Fate;
  static const std::vector<AbsentElement> table = {
      {"nvinferserver", kLater, "runs models on a Triton server", "nvinfer runs ONNX models",
       "sink src",
       "uint unique-id=0; uint process-mode=0; string config-file-path=; uint batch-size=0; int "
       "infer-on-gie-id=-1; string infer-on-class-ids=; boolean input-tensor-meta=false; uint "
       "interval=0; pointer raw-output-generated-callback; pointer raw-output-generated-userdata"},
      {"nvtracker", kLater, "gives objects ids from frame to frame", "", "sink src",
       "uint tracker-width=960; uint tracker-height=544; uint gpu-id=0; string ll-lib-file; string "
       "ll-config-file; uint tracking-surface-type=0; enum compute-hw=0:Default,GPU,VIC; boolean "
       "display-tracking-id=true; uint tracking-id-reset-mode=0; boolean input-tensor-meta=false; "
       "uint tensor-meta-gie-id=0; uint user-meta-pool-size=32; string sub-batches=; int "
       "sub-batch-err-recovery-trial-cnt=0; string operate-on-class-ids=; boolean "
       "enable-batch-process=true; boolean enable-past-frame=false"},
      {"nvdsanalytics", kLater, "counts objects in areas and across lines", "", "sink src",
       "uint unique-id=17; boolean enable=true; string config-file"},
      {"nvdspreprocess", kLater, "prepares tensors of regions and objects", "", "sink src",
       "uint unique-id=15; boolean enable=true; uint gpu-id=0; boolean process-on-frame=true; int "
       "operate-on-gie-id=-1; string target-unique-ids=; string config-file="},
      {"nvmsgconv", kLater, "turns metadata into messages", "", "sink src",
       "string config; string msg2p-lib; enum "
       "payload-type=0:PAYLOAD_DEEPSTREAM,PAYLOAD_DEEPSTREAM_MINIMAL,PAYLOAD_DEEPSTREAM_PROTOBUF,"
       "256 PAYLOAD_RESERVED,257 PAYLOAD_CUSTOM; uint comp-id=0; string debug-payload-dir; boolean "
       "multiple-payloads=false; boolean msg2p-newapi=false; uint frame-interval=30; boolean "
       "dummy-payload=false; string embedding-filter=NovaCarter"},
      {"nvmsgbroker", kLater, "sends messages to a broker", "", "sink",
       "string proto-lib; string conn-str; string config; string topic; uint comp-id=0; boolean "
       "new-api=false; uint sleep-time=0"},
      {"nvof", kLater, "computes optical flow", "", "sink src",
       "uint gpu-id=0; boolean dump-of-meta=false; enum preset-level=0:fast,medium,slow; uint "
       "pool-size=7; enum grid-size=0:4x4"},
      {"nvofvisual", kLater, "paints optical flow", "", "sink src", "uint gpu-id=0"},
      {"nvdspostprocess", kUnplanned, "makes objects of tensors outside nvinfer",
       "nvinfer makes them itself", "sink src",
       "uint gpu-id=0; string postprocesslib-name; string postprocesslib-config-file; boolean "
       "preprocessor-support=false"},
      {"nvimagedec", kUnplanned, "decodes JPEG to RGB", "nvjpegdec ! nvvideoconvert does the same",
       "sink src", "uint gpu-id=0; boolean needs-pool=true"},
      {"nvimageenc", kUnplanned, "encodes JPEG from RGB",
       "nvvideoconvert ! nvjpegenc does the same", "sink src",
       "uint gpu-id=0; uint encoded-size=0; uint quality=90"},
      {"nvdewarper", kUnplanned, "straightens pictures of fisheye cameras", "", "sink src",
       "boolean silent=false; uint gpu-id=0; uint source-id=0; uint num-output-buffers=4; uint "
       "num-batch-buffers=4; string config-file; string dewarper-lib-version ro"},
      {"nvdsmetamux", kUnplanned, "joins the metadata of equal frames", "", "sink_%u src",
       "string active-pad; int64 pts-tolerance=60000; string config-file"},
      {"dsexample", kUnplanned, "is the template of an element that users write", "", "sink src",
       "uint unique-id=15; int processing-width=640; int processing-height=480; boolean "
       "full-frame=true; boolean blur-objects=false; uint gpu-id=0; uint batch-size=1"},
      {"nvdsvideotemplate", kUnplanned, "calls a library of the user's on frames",
       "a pad probe in Python does that", "sink src",
       "uint gpu-id=0; string config-file; string customlib-name; string customlib-props; string "
       "props-values ro; boolean dummy-meta-insert=false; boolean fill-dummy-batch-meta=false"},
      {"nvdsmetainsert", kUnplanned, "writes metadata into a video stream", "", "sink src",
       "string serialize-lib"},
      {"nvdsmetaextract", kUnplanned, "reads metadata from a video stream", "", "sink src",
       "string deserialize-lib"},
      {"nvdsdynamicsrcbin", kUnplanned, "plays a changing list of files", "", "src", ""},
      {"nvreplay", kUnplanned, "reads objects from files of labels", "", "sink src", ""},
      {"nvdsudpsrc", kUnplanned, "receives over Rivermax",
       "udpsrc receives over the system's network", "src", ""},
      {"nvdsudpsink", kUnplanned, "sends over Rivermax", "udpsink sends over the system's network",
       "sink", ""},
      {"nvinferaudio", kUnplanned, "runs models on sound", "", "sink src", ""},
      {"nvdsasr", kUnplanned, "recognises speech", "", "sink src", ""},
      {"nvds_text_to_speech", kUnplanned, "speaks", "", "sink src", ""},
      {"nvds3dfilter", kUnplanned, "filters point clouds", "", "sink src", ""},
      {"nvds3dbridge", kUnplanned, "makes point clouds of pictures", "", "sink src", ""},
      {"nvds3dmixer", kUnplanned, "mixes point clouds", "", "sink src", ""},
      {"nvdsucxserversrc", kUnplanned, "receives over UCX", "", "src", ""},
      {"nvdsucxserversink", kUnplanned, "sends over UCX", "", "sink", ""},
      {"nvdsucxclientsrc", kUnplanned, "receives over UCX", "", "src", ""},
      {"nvdsucxclientsink", kUnplanned, "sends over UCX", "", "sink", ""},
      {"nvdsxfer", kUnplanned, "moves frames from one GPU to another", "", "sink src", ""},
      {"nvmodelmux", kUnplanned, "chooses between models", "", "sink src", ""},
      {"nvdsframeselector", kUnplanned, "chooses frames", "", "sink src", ""},
      {"nvinfereval", kUnplanned, "measures models", "", "sink src", ""},
      {"nvblender", kUnplanned, "blends pictures", "compositor does it in system memory",
       "sink_%u src", ""},
      {"nvbufsurfacewrite", kUnplanned, "writes frames to files",
       "nvvideoconvert ! filesink does it", "sink src", ""},
      {"nvunixfdsrc", kUnplanned, "takes frames from another process", "", "src", ""},
      {"nvunixfdsink", kUnplanned, "gives frames to another process", "", "sink", ""},
      {"nvcompositor", kUnplanned, "composes pictures", "compositor does it in system memory",
       "sink_%u src", ""},
      {"nvoverlaysink", kUnplanned, "shows frames on a Jetson's overlay", "use nv3dsink", "sink",
       ""},
      {"nvivafilter", kUnplanned, "runs CUDA code on frames", "", "sink src", ""},
      {"nvstereodisparity", kUnplanned, "computes the disparity of two pictures", "", "sink src",
       ""},
      {"nvinferbin", kUnplanned, "is nvinfer with its surroundings", "use nvinfer", "sink src", ""},
      {"nvinferserverbin", kUnplanned, "is nvinferserver with its surroundings", "", "sink src",
       ""},
      {"nvosdbin", kUnplanned, "is nvdsosd with its surroundings", "use nvvideoconvert ! nvdsosd",
       "sink src", ""},
      {"nvdewarperbin", kUnplanned, "is nvdewarper with its surroundings", "", "sink src", ""},
      {"nvtilerbin", kUnplanned, "is nvmultistreamtiler with its surroundings", "", "sink src", ""},
      {"nvtrackerbin", kUnplanned, "is nvtracker with its surroundings", "", "sink src", ""},
      {"nvcamerasrcbin", kUnplanned, "chooses a source for a camera",
       "use nvarguscamerasrc or v4l2src", "src", ""},
      {"nvanalyticsbin", kUnplanned, "is nvdsanalytics with its surroundings", "", "sink src", ""},
      {"nvvideorenderersinkbin", kUnplanned, "chooses a display", "use nveglglessink", "sink", ""},
      {"nvvideoencfilesinkbin", kUnplanned, "encodes and writes a file",
       "use nvv4l2h264enc ! h264parse ! qtmux ! filesink", "sink", ""},
      {"nvrtspoutsinkbin", kUnplanned, "encodes and serves RTSP",
       "use nvv4l2h264enc ! rtph264pay ! udpsink and GstRtspServer", "sink", ""},
      {"nvmsgbrokersinkbin", kUnplanned, "is nvmsgconv and nvmsgbroker", "", "sink", ""},
      {"nvdsbuffersyncbin", kUnplanned, "puts the buffers of several streams in order", "",
       "sink_%u src_%u", ""},
  };
  return table;
}

}  // namespace thalweg
