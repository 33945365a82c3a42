using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Paths of this machine as they are typed at a prompt: relative to its current folder, with ~, drives of PowerShell and wildcards.</summary>
internal static class LocalPaths
{
    /// <summary>The one file that is meant.</summary>
    /// <param name="cmdlet">The cmdlet, on the pipeline thread: its current folder counts.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="errorId">The id of the error when it is no path of a file.</param>
    /// <param name="nextStep">What to type instead then.</param>
    /// <param name="severalId">The id of the error when it fits more than one.</param>
    /// <returns>The full path. Whether there is a file of a name without wildcards is for who reads it to say.</returns>
    /// <exception cref="GpuVSphereException">It is no path of a file, or its wildcards fit none or several.</exception>
    public static string One(PSCmdlet cmdlet, string typed, string errorId, string nextStep, string severalId = "SeveralFiles")
    {
        IReadOnlyList<string> found = All(cmdlet, typed, errorId, nextStep);
        return found.Count == 1 ? found[0] : throw new GpuVSphereException(
            severalId, GpuErrorCategory.AmbiguousName, $"{typed} fits {string.Join(", ", found.Select(one => Path.GetFileName(one)))}.", typed, "Name one of them.");
    }

    /// <summary>The files that are meant, as full paths.</summary>
    /// <param name="cmdlet">The cmdlet, on the pipeline thread: its current folder counts.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="errorId">The id of the error when it is no path of a file.</param>
    /// <param name="nextStep">What to type instead then.</param>
    /// <exception cref="GpuVSphereException">It is no path of a file, or its wildcards fit none.</exception>
    public static IReadOnlyList<string> All(PSCmdlet cmdlet, string typed, string errorId, string nextStep)
    {
        try
        {
            PathIntrinsics paths = cmdlet.SessionState.Path;
            string path = paths.GetUnresolvedProviderPathFromPSPath(typed, out ProviderInfo provider, out _);
            if (provider.Name != "FileSystem")
            {
                throw new GpuVSphereException(errorId, GpuErrorCategory.InvalidArgument, $"{typed} is not a path of a file, but of {provider.Name}.", typed, nextStep);
            }

            if (File.Exists(path) || !WildcardPattern.ContainsWildcardCharacters(typed))
            {
                return [path];
            }

            Collection<string> found = paths.GetResolvedProviderPathFromPSPath(typed, out _);
            return found.Count > 0 ? found
                : throw new GpuVSphereException(errorId, GpuErrorCategory.ObjectNotFound, $"No file of this machine fits {typed}.", typed, nextStep);
        }
        catch (Exception error) when (error is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException or NotSupportedException)
        {
            throw new GpuVSphereException(errorId, GpuErrorCategory.ObjectNotFound, $"{typed} cannot be found: {error.Message}", typed, nextStep, error);
        }
    }
}
