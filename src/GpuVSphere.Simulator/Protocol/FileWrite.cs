namespace GpuVSphere.Simulator.Protocol;

/// <summary>How the writing of a file to a datastore went.</summary>
internal enum FileWrite
{
    Done,

    /// <summary>There is no such datacenter or datastore.</summary>
    NoDatastore,

    /// <summary>There is no such folder: a PUT does not make one.</summary>
    NoFolder,

    /// <summary>The datastore has no room for it.</summary>
    Full,
}
