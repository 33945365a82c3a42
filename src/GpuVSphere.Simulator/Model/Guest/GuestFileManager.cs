using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Posix;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Files of guests.</summary>
internal sealed class GuestFileManager(MoRef reference, SimulatedInventory inventory) : GuestManager(reference, inventory)
{
    private static readonly TimeSpan s_validity = TimeSpan.FromMinutes(10);

    protected override string PrivilegeOf(string method) => method is "ListFilesInGuest" or "InitiateFileTransferFromGuest" ? "Query" : "Modify";

    protected override object? Invoke(MethodCall call, SimulatedGuest guest, GuestUser user)
    {
        DataObject arguments = call.Arguments;
        GuestFiles files = guest.Files;
        string Path(string name) => PathOf(guest, arguments.RequiredText(name));
        switch (call.Method)
        {
            case "MakeDirectoryInGuest":
                files.MakeDirectory(Path("directoryPath"), user, GuestFiles.Octal("0755"), arguments.Boolean("createParentDirectories") == true);
                return null;
            case "DeleteFileInGuest":
                if (files.Find(Path("filePath"), user) is { IsDirectory: true })
                {
                    throw ShError.IsDirectory;
                }

                files.Delete(Path("filePath"), user);
                return null;
            case "DeleteDirectoryInGuest":
                if (files.Find(Path("directoryPath"), user) is { IsDirectory: false })
                {
                    throw ShError.NotDirectory;
                }

                files.Delete(Path("directoryPath"), user, arguments.Boolean("recursive") == true);
                return null;
            case "MoveFileInGuest":
                if (arguments.Boolean("overwrite") != true && files.Exists(Path("dstFilePath")))
                {
                    throw ShError.Exists;
                }

                files.Move(Path("srcFilePath"), Path("dstFilePath"), user);
                return null;
            case "CreateTemporaryDirectoryInGuest" or "CreateTemporaryFileInGuest":
                return Temporary(call, guest, user);
            case "ChangeFileAttributesInGuest":
                GuestFile changed = files.Find(Path("guestFilePath"), user) ?? throw ShError.NotFound;
                if (!user.IsRoot && changed.Owner != user.Name)
                {
                    throw ShError.Denied;
                }

                changed.Mode = (int)(arguments.Object("fileAttributes")?.Int64("permissions") ?? changed.Mode);
                return null;
            case "ListFilesInGuest":
                return List(guest, user, arguments.RequiredText("filePath"));
            case "InitiateFileTransferFromGuest":
                GuestFile read = files.Read(Path("guestFilePath"), user);
                return Wire.Of("FileTransferInformation")
                    .With("attributes", Attributes(guest, read))
                    .With("size", (long)read.Content.Length)
                    .With("url", Inventory.GuestTransfers.Add(new GuestTransfer(guest, user, Path("guestFilePath"), Inventory.Now + s_validity), call.Wire));
            case "InitiateFileTransferToGuest":
                string path = Path("guestFilePath");
                GuestFile? there = files.Find(path, user);
                if (there is { IsDirectory: true })
                {
                    throw ShError.IsDirectory;
                }

                if (there is not null && arguments.Boolean("overwrite") != true)
                {
                    throw ShError.Exists;
                }

                // Whether it may be written shows before the address is given.
                if (there is null)
                {
                    files.Open(path, false, user);
                    files.Remove(path);
                }
                else if (!there.Allows(user, 2))
                {
                    throw ShError.Denied;
                }

                return Inventory.GuestTransfers.Add(
                    new GuestTransfer(guest, user, path, Inventory.Now + s_validity)
                    {
                        Size = arguments.Int64("fileSize") ?? 0,
                        Mode = (int)(arguments.Object("fileAttributes")?.Int64("permissions") ?? 0x1A4),
                    },
                    call.Wire);
            default:
                throw Faults.MethodNotFound(call, Reference);
        }
    }

    private static string Temporary(MethodCall call, SimulatedGuest guest, GuestUser user)
    {
        bool isWindows = guest.Family == GuestFamily.Windows;
        string folder = call.Arguments.Text("directoryPath") is { Length: > 0 } given ? given : isWindows ? "C:\\Users\\" + user.Name + "\\AppData\\Local\\Temp" : "/tmp";
        string path = folder + (isWindows ? "\\" : "/") + call.Arguments.Text("prefix") + Guid.NewGuid().ToString("N").Substring(0, 8) + call.Arguments.Text("suffix");
        if (call.Method == "CreateTemporaryFileInGuest")
        {
            guest.Files.Open(PathOf(guest, path), false, user).Mode = GuestFiles.Octal("0600");
        }
        else
        {
            guest.Files.MakeDirectory(PathOf(guest, path), user, GuestFiles.Octal("0700"));
        }

        return path;
    }

    private static DataObject List(SimulatedGuest guest, GuestUser user, string path)
    {
        string full = PathOf(guest, path);
        GuestFile file = guest.Files.Find(full, user) ?? throw ShError.NotFound;
        IEnumerable<string> names = file.IsDirectory ? file.Allows(user, 4) ? guest.Files.List(full) : throw ShError.Denied : [ShPath.Name(full)];
        string folder = file.IsDirectory ? full : ShPath.Parent(full);
        return Wire.Of("GuestListFileInfo")
            .With("files", Wire.List(names.Select(name =>
            {
                GuestFile one = guest.Files.FindLink(folder.TrimEnd('/') + "/" + name)!;
                return Wire.Of("GuestFileInfo")
                    .With("path", name)
                    .With("type", one.IsDirectory ? "directory" : one.Link is null ? "file" : "symlink")
                    .With("size", (long)one.Content.Length)
                    .With("attributes", Attributes(guest, one));
            })))
            .With("remaining", 0);
    }

    private static DataObject Attributes(SimulatedGuest guest, GuestFile file) => guest.Family == GuestFamily.Windows
        ? Wire.Of("GuestWindowsFileAttributes").With("modificationTime", file.Modified).With("hidden", false).With("readOnly", false)
        : Wire.Of("GuestPosixFileAttributes").With("modificationTime", file.Modified).With("ownerId", guest.User(file.Owner)?.Id ?? 0).With("groupId", guest.User(file.Group)?.Id ?? 0).With("permissions", (long)file.Mode);
}
