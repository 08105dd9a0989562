"""Claim: memory stays flat over 10,000 batches, and near that of decoding alone."""

from __future__ import annotations

from measure import WORKERS, Figures, Report, median_of_rounds, run_worker

from thalweg import media

BATCHES = 10_000


def one_round() -> Figures:
    source = f"multifilesrc loop=true location={media.sample('vtest.h264')} ! h264parse"
    end = "fakesink name=end sync=false"
    ours = (
        f"{source} ! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux batch-size=1 "
        f"width=768 height=576 ! nvvideoconvert ! nvdsosd ! {end}"
    )
    pipelines = {"Thalweg": ours, "decoding alone": f"{source} ! avdec_h264 ! {end}"}
    return {
        name: run_worker(WORKERS / "memory.py", pipeline, str(BATCHES))
        for name, pipeline in pipelines.items()
    }


def main() -> None:
    figures = median_of_rounds(one_round, rounds=1)
    early, late = f"MiB after {BATCHES // 10:,}", f"MiB after {BATCHES:,}"
    report = Report()
    report.table(
        "decode, batch, attach a text a frame, draw",
        figures,
        {
            "late / early": figures["Thalweg"][late] / figures["Thalweg"][early],
            "Thalweg / decoding alone": figures["Thalweg"][late] / figures["decoding alone"][late],
        },
    )
    report.publish()


if __name__ == "__main__":
    main()
