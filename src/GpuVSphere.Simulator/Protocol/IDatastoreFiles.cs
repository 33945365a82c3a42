using System.IO;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The content of the simulated datastores, as the <c>/folder</c> URLs reach it. Called under the gate.</summary>
internal interface IDatastoreFiles
{
    /// <summary>Opens a file, or gives null when the datacenter, the datastore or the file is not there. The stream can seek, and stays as it is when the file is written later.</summary>
    /// <param name="datacenterPath">The query's dcPath, such as <c>DC</c>; null on an ESXi host.</param>
    /// <param name="datastore">The query's dsName.</param>
    /// <param name="path">Such as <c>ml-01/vmware.log</c>, decoded.</param>
    Stream? OpenRead(string? datacenterPath, string datastore, string path);

    /// <summary>Writes a whole file.</summary>
    FileWrite Write(string? datacenterPath, string datastore, string path, byte[] content);
}
