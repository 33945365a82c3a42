using System;
using System.IO;

namespace GpuVSphere.State;

/// <summary>Where the journal, the locks and a newer catalogue are kept.</summary>
public static class StateDirectory
{
    /// <summary>The environment variable that names another folder, such as a shared one for several service accounts.</summary>
    public const string Variable = "GPUVSPHERE_STATE";

    /// <summary>
    /// The folder of this user: what <see cref="Variable"/> says, or else GpuVSphere in the user's data folder
    /// (%LOCALAPPDATA% on Windows, ~/.local/share elsewhere). It need not exist yet.
    /// </summary>
    /// <exception cref="GpuVSphereException">StateDirectoryUnknown: the account has no data folder and the variable is not set.</exception>
    public static string Resolve() => Resolve(
        Environment.GetEnvironmentVariable(Variable),
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify));

    internal static string Resolve(string? fromVariable, string? dataFolder)
    {
        if (!string.IsNullOrWhiteSpace(fromVariable))
        {
            return Path.GetFullPath(fromVariable!.Trim());
        }

        return !string.IsNullOrEmpty(dataFolder)
            ? Path.Combine(dataFolder!, "GpuVSphere")
            : throw new GpuVSphereException(
                "StateDirectoryUnknown",
                GpuErrorCategory.InvalidState,
                "This account has no data folder, so there is no place for the journal of changes.",
                null,
                $"Set the environment variable {Variable} to a folder that this account may write.");
    }
}
