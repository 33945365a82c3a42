using System;
using System.Collections.Generic;

namespace GpuVSphere.Shell;

/// <summary>One run of the client that may ask for the password once.</summary>
/// <param name="environment">What the client is told: which program to ask, and where that finds its pipe. Nothing of it is secret.</param>
/// <param name="end">Ends the answering.</param>
internal sealed class AskPassUse(IReadOnlyDictionary<string, string> environment, Action end) : IDisposable
{
    public IReadOnlyDictionary<string, string> Environment => environment;

    public void Dispose() => end();
}
