//! The pages of a column on their way to the decoder, which believes levels: what cannot be it takes for a null.

use std::iter::once;
use std::sync::Arc;

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use crate::source::chunks::Chunks;
use crate::source::levels::{DataPage, LevelWatch};
use crate::source::pages::PageKind;

/// One row group, whose levels are held against how its leaves are nested.
pub struct WatchedGroup<'g> {
    pub metadata: &'g ParquetMetaData,
    pub group: &'g RowGroupMetaData,
    pub chunks: Arc<Chunks>,
}

impl RowGroups for WatchedGroup<'_> {
    fn num_rows(&self) -> usize {
        self.group.num_rows() as usize
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>> {
        let chunk = self.group.column(leaf);
        let pages = SerializedPageReader::new(self.chunks.clone(), chunk, self.num_rows(), None)?;
        let levels = LevelWatch::new(self.metadata.file_metadata().schema_descr(), leaf);
        let watched = WatchedPages { pages, levels, leaf: chunk.column_descr_ptr() };
        Ok(Box::new(OneChunk(Some(Box::new(watched)))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}

struct WatchedPages {
    pages: SerializedPageReader<Chunks>,
    levels: LevelWatch,
    leaf: ColumnDescPtr,
}

impl PageReader for WatchedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        let data = page.as_ref().and_then(|page| DataPage::of(kind(page)?, page.buffer(), &self.leaf));
        match data.is_some_and(|data| self.levels.contradict(&data)) {
            true => Err(ParquetError::General("levels that cannot be".into())),
            false => Ok(page),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

impl Iterator for WatchedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// How a data page that is unpacked is laid out.
fn kind(page: &Page) -> Option<PageKind> {
    // parquet.thrift, `Encoding`: of levels, one is gone through and the other, which is deprecated, is not.
    let of_levels = |encoding: Encoding| if encoding == Encoding::RLE { 3 } else { 4 };
    match *page {
        Page::DataPage { num_values, def_level_encoding, rep_level_encoding, .. } => Some(PageKind::Data {
            values: num_values as i32,
            encoding: 0,
            definition: of_levels(def_level_encoding),
            repetition: of_levels(rep_level_encoding),
        }),
        Page::DataPageV2 { num_values, num_nulls, num_rows, def_levels_byte_len, rep_levels_byte_len, .. } => {
            Some(PageKind::DataV2 {
                values: num_values as i32,
                nulls: num_nulls as i32,
                rows: num_rows as i32,
                encoding: 0,
                definition: def_levels_byte_len as i32,
                repetition: rep_levels_byte_len as i32,
                is_compressed: false,
            })
        }
        Page::DictionaryPage { .. } => None,
    }
}
