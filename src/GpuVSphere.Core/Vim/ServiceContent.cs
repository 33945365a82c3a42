using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>The managers of a server. Their ids differ between vCenter and ESXi, so they are taken from here and never assumed.</summary>
public sealed class ServiceContent
{
    private readonly Dictionary<string, ManagedObjectReference> _references = [];

    private ServiceContent()
    {
    }

    /// <summary>What the server says of itself.</summary>
    public AboutInfo About { get; private set; } = new();

    /// <summary>The top of the inventory.</summary>
    public ManagedObjectReference RootFolder => this["rootFolder"];

    /// <summary>Reads properties.</summary>
    public ManagedObjectReference PropertyCollector => this["propertyCollector"];

    /// <summary>Makes container views.</summary>
    public ManagedObjectReference ViewManager => this["viewManager"];

    /// <summary>Login, logout, clone.</summary>
    public ManagedObjectReference SessionManager => this["sessionManager"];

    /// <summary>Roles and privileges.</summary>
    public ManagedObjectReference AuthorizationManager => this["authorizationManager"];

    /// <summary>Finds objects by inventory path or id.</summary>
    public ManagedObjectReference SearchIndex => this["searchIndex"];

    /// <summary>Files on datastores.</summary>
    public ManagedObjectReference FileManager => this["fileManager"];

    /// <summary>Any reference by its field's name, such as <c>guestOperationsManager</c>; empty when this server does not have it.</summary>
    /// <param name="field">The field's name.</param>
    public ManagedObjectReference this[string field] => _references.TryGetValue(field, out ManagedObjectReference reference) ? reference : default;

    internal static ServiceContent Read(VimReader reader)
    {
        ServiceContent content = new();
        while (reader.NextChild())
        {
            string name = reader.Name;
            if (name == "about")
            {
                content.About = AboutInfo.Read(reader.Object());
                continue;
            }

            ManagedObjectReference reference = reader.Reference();
            if (!reference.IsEmpty)
            {
                content._references[name] = reference;
            }
        }

        return content;
    }
}
