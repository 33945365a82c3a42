using System.Runtime.CompilerServices;
using System.Threading;

namespace GpuVSphere.Testing;

/// <summary>
/// Servers and their clients, and the pipes of programs that are run, share the threads of one test process. The pool begins with one for
/// each processor and adds them slowly: on a small machine a few that are blocked would hold up all the others.
/// </summary>
internal static class EnoughThreads
{
#pragma warning disable CA2255 // These are test assemblies, which nobody references.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Ask()
    {
        ThreadPool.GetMinThreads(out _, out int completion);
        ThreadPool.SetMinThreads(24, completion);
    }
}
