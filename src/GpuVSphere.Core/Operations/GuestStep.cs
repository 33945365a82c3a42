using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Operations;

/// <summary>One step of a change of a guest.</summary>
/// <param name="Title">What is done, for the progress, such as <c>installing gcc and make</c>.</param>
/// <param name="Work">Does it. An error ends the change; what the steps before did stays and is said.</param>
internal sealed record GuestStep(string Title, Func<GuestRun, CancellationToken, Task> Work);
