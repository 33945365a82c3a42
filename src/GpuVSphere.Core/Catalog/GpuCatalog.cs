using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace GpuVSphere.Catalog;

/// <summary>
/// What is known of NVIDIA's GPUs: ids, memory, BARs, published figures. Immutable. A look-up that finds nothing says so; nothing is guessed here.
/// </summary>
public sealed class GpuCatalog
{
    private const string ResourceName = "GpuVSphere.Catalog.gpu-models.csv";
    private const int MostNear = 6;

    private static readonly Lazy<GpuCatalog> s_default = new(LoadEmbedded, LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly ILookup<(ushort Vendor, ushort Device), GpuModel> _byId;
    private readonly IReadOnlyList<(GpuModel Model, IReadOnlyList<ModelName> Names)> _names;

    private GpuCatalog(IReadOnlyList<GpuModel> models)
    {
        Models = models;
        _byId = models.ToLookup(model => (model.VendorId, model.DeviceId));
        _names = [.. models.Select(model => (model, (IReadOnlyList<ModelName>)[ModelName.Of(model), .. model.Aliases.Select(ModelName.Parse).Where(name => !name.IsEmpty)]))];
    }

    /// <summary>The catalogue that this build carries.</summary>
    public static GpuCatalog Default => s_default.Value;

    /// <summary>The catalogue in use: a newer one that was brought, or the one that this build carries.</summary>
    public static GpuCatalog InUse => KnownCatalog.InUse.Gpus;

    /// <summary>All models, in the order of the file.</summary>
    public IReadOnlyList<GpuModel> Models { get; }

    /// <summary>Reads and checks a catalogue.</summary>
    /// <param name="csv">UTF-8 text with the columns of the embedded catalogue; columns it does not know are let pass. It is not closed.</param>
    /// <exception cref="GpuVSphereException">InvalidGpuCatalog: it names the line and what is wrong with it.</exception>
    public static GpuCatalog Load(Stream csv)
    {
        // Bytes that are not UTF-8 are refused, not replaced: a name that was damaged would be looked up in vain for ever.
        using var text = new StreamReader(csv, new UTF8Encoding(false, throwOnInvalidBytes: true), true, 4096, leaveOpen: true);
        return new GpuCatalog(new GpuCatalogReader().Read(text));
    }

    /// <summary>
    /// Finds a model by its PCI ids. Where several boards share a device id the subsystem ids decide; where one board has it alone,
    /// subsystem ids that are not in the catalogue (a server maker's own) do not matter.
    /// </summary>
    /// <param name="vendorId">PCI vendor id.</param>
    /// <param name="deviceId">PCI device id.</param>
    /// <param name="subVendorId">PCI subsystem vendor id; 0 when it is not known.</param>
    /// <param name="subDeviceId">PCI subsystem id; 0 when it is not known.</param>
    /// <returns>The model, or null when the ids are not known or fit several models.</returns>
    public GpuModel? Find(ushort vendorId, ushort deviceId, ushort subVendorId, ushort subDeviceId)
    {
        IReadOnlyList<GpuModel> candidates = FindAll(vendorId, deviceId, subVendorId, subDeviceId);
        return candidates.Count == 1 ? candidates[0] : null;
    }

    /// <summary>All models that a device with these ids may be: several only when boards share a device id and the subsystem ids tell nothing.</summary>
    /// <param name="vendorId">PCI vendor id.</param>
    /// <param name="deviceId">PCI device id.</param>
    /// <param name="subVendorId">PCI subsystem vendor id; 0 when it is not known.</param>
    /// <param name="subDeviceId">PCI subsystem id; 0 when it is not known.</param>
    public IReadOnlyList<GpuModel> FindAll(ushort vendorId, ushort deviceId, ushort subVendorId, ushort subDeviceId)
    {
        GpuModel[] sameDevice = [.. _byId[(vendorId, deviceId)]];
        if (sameDevice.Length <= 1)
        {
            return sameDevice;
        }

        GpuModel[] sameBoard = [.. sameDevice.Where(model => model.Subsystems.Contains(new GpuSubsystem(subVendorId, subDeviceId)))];
        return sameBoard.Length > 0 ? sameBoard : sameDevice;
    }

    /// <summary>Finds the models that a name may mean, without regard to case, spaces, hyphens, or the words NVIDIA and Tesla.</summary>
    /// <param name="text">Such as <c>A100 80GB</c>, <c>H100</c>, <c>v100-pcie-32gb</c>.</param>
    /// <returns>One model when the name is exact, else every model that has all its words; empty when there is none.</returns>
    public IReadOnlyList<GpuModel> FindByName(string text)
    {
        GpuModel[] named = [.. Models.Where(model => string.Equals(model.Name, text.Trim(), StringComparison.OrdinalIgnoreCase))];
        if (named.Length > 0)
        {
            return named;
        }

        ModelName asked = ModelName.Parse(text);
        if (asked.IsEmpty)
        {
            return [];
        }

        GpuModel[] same = [.. _names.Where(entry => ModelName.Parse(entry.Model.Name).IsSameAs(asked) || entry.Names.Any(asked.IsSameAs)).Select(entry => entry.Model)];
        return same.Length > 0 ? same : [.. _names.Where(entry => entry.Names.Any(asked.IsPartOf)).Select(entry => entry.Model)];
    }

    /// <summary>
    /// Finds the models that a name means where one kind of GPU is meant: several are returned only when they need the same memory-mapped
    /// I/O by what is published (all H100), or by their BARs where nothing is published (all P100).
    /// </summary>
    /// <param name="text">Such as <c>A100 80GB</c> or <c>H100</c>.</param>
    /// <returns>At least one model.</returns>
    /// <exception cref="GpuVSphereException">
    /// UnknownGpuModel: no model has that name. AmbiguousGpuModel: it fits models that need different sizes. Both name what could be meant.
    /// </exception>
    public IReadOnlyList<GpuModel> Resolve(string text)
    {
        IReadOnlyList<GpuModel> found = FindByName(text);
        if (found.Count == 0)
        {
            throw new GpuVSphereException(
                "UnknownGpuModel",
                GpuErrorCategory.ObjectNotFound,
                $"The catalogue has no GPU model '{text}'.",
                text,
                $"Near names: {Names(Near(text))}. Or give the BAR itself: Get-MmioSize -BarSizeGB <GB> -Count <n>.");
        }

        bool isOneKind = found[0].PublishedMmioGB is { } published
            ? found.All(model => model.PublishedMmioGB == published)
            : found.All(model => model.PublishedMmioGB is null && model.Bar1Bytes == found[0].Bar1Bytes && (model.Bar1Bytes is not null || found.Count == 1));
        return isOneKind
            ? found
            : throw new GpuVSphereException(
                "AmbiguousGpuModel",
                GpuErrorCategory.AmbiguousName,
                $"'{text}' fits {found.Count} GPU models that need different sizes: {Names(found)}.",
                text,
                $"Name one of them, such as -Model {Typed.Name(found[0].Name)}.");
    }

    /// <summary>The models whose names are nearest to a text, for an error or for completion.</summary>
    /// <param name="text">What was typed.</param>
    public IReadOnlyList<GpuModel> Near(string text)
    {
        ModelName asked = ModelName.Parse(text);
        return asked.IsEmpty
            ? [.. Models.Take(MostNear)]
            : [.. _names.OrderBy(entry => entry.Names.Min(asked.DistanceTo)).Select(entry => entry.Model).Take(MostNear)];
    }

    private static string Names(IEnumerable<GpuModel> models) => string.Join(", ", models.Select(model => model.Name));

    private static GpuCatalog LoadEmbedded()
    {
        using Stream csv = typeof(GpuCatalog).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The resource {ResourceName} is not in the assembly.");
        return Load(csv);
    }
}
