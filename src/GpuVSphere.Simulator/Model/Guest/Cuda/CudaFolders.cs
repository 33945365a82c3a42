using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>The toolkits of a Windows guest, by their folders: what the programs in them were built from.</summary>
internal sealed class CudaFolders
{
    private readonly Dictionary<string, CudaRelease> _releases = new(StringComparer.OrdinalIgnoreCase);

    public void Put(CudaRelease release) => _releases[release.WindowsFolder] = release;

    /// <summary>The toolkit that a program belongs to; null when it lies in none.</summary>
    public CudaRelease? Of(string program)
    {
        foreach (KeyValuePair<string, CudaRelease> pair in _releases)
        {
            if (program.StartsWith(pair.Key + "/", StringComparison.OrdinalIgnoreCase))
            {
                return pair.Value;
            }
        }

        return null;
    }
}
