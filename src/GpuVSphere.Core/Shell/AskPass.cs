using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>
/// Gives a password to the OpenSSH client. The client takes it from a terminal, or since 8.4 from a program that SSH_ASKPASS names and whose
/// output it reads. That program has no other way to the secret than what any process of the user could read as well, so it does not hold
/// it: it passes the client's question on through a pipe, and this process answers the first question that is the host's own. The secret is
/// in no command line, no variable, no file: only in this process, in the pipe for as long as nobody has read it, and in the client.
/// </summary>
internal abstract class AskPass : IDisposable
{
    /// <summary>The variable that tells the program where its pipe is.</summary>
    protected const string PipeVariable = "GPUVSPHERE_ASKPASS";

    private readonly string _folder;

    protected AskPass(string folder, ShellCredential credential)
    {
        _folder = folder;
        Credential = credential;
    }

    protected ShellCredential Credential { get; }

    /// <summary>The program that the client asks.</summary>
    protected abstract string Program { get; }

    /// <summary>Makes the program and its folder, which only this user can use.</summary>
    /// <exception cref="GpuVSphereException">SshPasswordNotPossible.</exception>
    public static async Task<AskPass> PrepareAsync(ShellCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            return RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
                ? await WindowsAskPass.CreateAsync(credential, cancellationToken).ConfigureAwait(false)
                : await UnixAskPass.CreateAsync(credential, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            throw NotPossible(error.Message, error);
        }
    }

    /// <summary>Lets the client ask once. It is to be disposed when the client has ended.</summary>
    public abstract AskPassUse Begin(PasswordPrompt prompt);

    public virtual void Dispose()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A program and pipes without a secret in them: what is left over harms nobody.
        }
    }

    protected static GpuVSphereException NotPossible(string why, Exception? inner = null) => new(
        "SshPasswordNotPossible",
        GpuErrorCategory.OperationFailed,
        "The password cannot be handed to the OpenSSH client: " + why,
        null,
        "Log in with a key: leave -HostCredential away, or give it with an empty password to name the user only.",
        inner);

    protected AskPassUse Use(string pipe, Action end) => new(
        new Dictionary<string, string>
        {
            ["SSH_ASKPASS"] = Program,
            ["SSH_ASKPASS_REQUIRE"] = "force",
            [PipeVariable] = pipe,
        },
        end);
}
