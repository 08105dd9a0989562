#!/bin/sh
# still.sh VIDEO.mp4 N PICTURE.jpg: frame N (from 0) of an MP4 file as a JPEG picture.
set -eu
frames=$(mktemp -d)
trap 'rm -rf "$frames"' EXIT
gst-launch-1.0 -q filesrc location="$1" ! qtdemux ! h264parse ! avdec_h264 ! videoconvert \
  ! jpegenc quality=85 ! multifilesink location="$frames/%05d.jpg"
cp "$frames/$(printf %05d "$2").jpg" "$3"
