using System;
using System.Globalization;

namespace GpuVSphere.Bitfusion;

/// <summary>A program that was run with GPUs of FlexDirect took longer than its time limit and was ended in the guest (FlexDirectRunTimeout).</summary>
public sealed class FlexDirectRunTimeoutException : GpuVSphereException
{
    internal FlexDirectRunTimeoutException(string program, TimeSpan limit, FlexDirectRun run, Exception inner)
        : base(
            "FlexDirectRunTimeout",
            GpuErrorCategory.Timeout,
            $"{program} on {run.VmName} was ended in the guest: it took longer than {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds.",
            run.VmName,
            "Give it more with -TimeLimitSeconds, or leave that out.",
            inner) => Run = run;

    /// <summary>What became of it until then, without an exit code.</summary>
    public FlexDirectRun Run { get; }
}
