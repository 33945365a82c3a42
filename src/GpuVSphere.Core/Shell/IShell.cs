using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>A shell on another machine that runs one command at a time. Disposing it ends what it holds open.</summary>
public interface IShell : IDisposable
{
    /// <summary>Runs a command and waits for its end. A command that fails is a result, not an exception.</summary>
    /// <param name="command">The whole command line as the remote shell reads it; every argument that is not a fixed word has gone through RemoteQuoting.</param>
    /// <param name="cancellationToken">Ends the wait, and the command where the way there can do that.</param>
    /// <exception cref="GpuVSphereException">The shell could not be reached, or gave more output than anybody could want (ShellOutputTooLong).</exception>
    Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken);
}
