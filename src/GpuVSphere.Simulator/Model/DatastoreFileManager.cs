using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Deletes files on datastores and makes folders (facts: types-core.txt, FileManager).</summary>
internal sealed class DatastoreFileManager(MoRef reference, SimulatedInventory inventory) : ModelObject(reference, inventory)
{
    public override MoRef Entity => Inventory.Profile.RootFolder;

    public override IEnumerable<string> PropertyNames => [];

    public override object? GetProperty(string name) => null;

    protected override object? Invoke(MethodCall call)
    {
        (Datastore datastore, string path) = Find(call.Arguments.RequiredText("name"));
        Privileges.Require(call.Session, datastore.Reference, "Datastore.FileManagement");
        switch (call.Method)
        {
            case "DeleteDatastoreFile_Task":
                return StartTask(call, "FileManager.deleteFile", _ =>
                {
                    lock (Inventory.Gate)
                    {
                        if (!datastore.Exists(path))
                        {
                            throw NotFound(datastore, path);
                        }

                        datastore.Delete(path);
                    }

                    return Task.FromResult<object?>(null);
                });
            case "MakeDirectory":
                string parent = path.LastIndexOf('/') is int slash and >= 0 ? path.Substring(0, slash) : string.Empty;
                if (datastore.HasDirectory(path))
                {
                    throw File("FileAlreadyExists", datastore, path, "Cannot complete the operation because the file or folder " + Text(datastore, path) + " already exists");
                }

                if (!datastore.HasDirectory(parent) && call.Arguments.Boolean("createParentDirectories") != true)
                {
                    throw NotFound(datastore, parent);
                }

                datastore.MakeDirectory(path);
                return null;
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static string Text(Datastore datastore, string path) => "[" + datastore.Name + "] " + path;

    private static SimulatedFault NotFound(Datastore datastore, string path) => File("FileNotFound", datastore, path, "File " + Text(datastore, path) + " was not found");

    private static SimulatedFault File(string type, Datastore datastore, string path, string message)
    {
        SimulatedFault fault = new(type, message, "types-core.txt: FileManager, FileFault{file}");
        fault.Detail.With("file", Text(datastore, path));
        return fault;
    }

    private (Datastore Datastore, string Path) Find(string name)
    {
        int end = name.IndexOf(']');
        Datastore? datastore = name.StartsWith("[", StringComparison.Ordinal) && end > 0 ? Inventory.Datastores.FirstOrDefault(d => d.Name == name.Substring(1, end - 1)) : null;
        return datastore is null
            ? throw new SimulatedFault("InvalidDatastorePath", "Invalid datastore path '" + name + "'.", "types-core.txt: FileManager, InvalidDatastore")
            : (datastore, name.Substring(end + 1).Trim().Trim('/'));
    }
}
