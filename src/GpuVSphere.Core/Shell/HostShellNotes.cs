using System;

namespace GpuVSphere.Shell;

/// <summary>What is told while a host's shell is used.</summary>
/// <param name="Verbose">Takes what was done, such as that SSH was started and stopped again; null for nobody.</param>
/// <param name="Warning">Takes what could not be put back, such as SSH that did not stop; null for nobody.</param>
public sealed record HostShellNotes(Action<string>? Verbose = null, Action<string>? Warning = null);
